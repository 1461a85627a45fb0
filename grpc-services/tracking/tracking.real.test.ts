import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '@tiffin/lib/clock/clock';
import { openDatabase } from '@tiffin/lib/engines/database';
import { closeRedis, openRedis, type RedisClient } from '@tiffin/lib/engines/redis';
import type { EventBus } from '@tiffin/lib/events/event-bus';
import { busForTests, settingsForTests } from '@tiffin/lib/events/kafka/testing/kafka-test-bed';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Platform } from '@tiffin/lib/service/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy, ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { realKafkaBrokers, startRealKafka, uniquePrefix } from '@tiffin/lib/testing/real-kafka';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type RealRedis, startRealRedis } from '@tiffin/lib/testing/real-redis';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { BehaviorKind, type TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { start } from './main.ts';
import { administrator, clientOfOthers } from './tracking-test-bed.ts';

const { GOODS_VIEWED } = BehaviorKind;
const waitMs = 30_000;

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const endMs = Date.now() + waitMs; !(await isSo()); await delay(50))
    assert.ok(Date.now() < endMs, `${what} within ${waitMs} ms`);
}

describe('tracking on real Kafka, Redis and PostgreSQL', () => {
  let postgres: RealPostgres;
  let redis: RealRedis;
  before(async () => {
    [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
  });
  after(async () => {
    await redis.stop();
    await postgres.drop();
  });

  /** One process of the service, its tasks only where they are asked for. */
  async function startOne(bus: EventBus, { withTasks }: { readonly withTasks: boolean }) {
    const metrics = createMetrics();
    // A machine that is busy with other tests is no reason to count a view twice.
    const client: RedisClient = await openRedis({ url: redis.url, commandTimeoutMs: 5_000 });
    const platform: Partial<Platform> = {
      clock: systemClock,
      logger: silentLogger,
      metrics,
      openDatabase: (options) => openDatabase({ ...options, url: postgres.url, statementTimeoutMs: 5_000 }),
      redis: () => client,
      bus,
      client: clientOfOthers,
    };
    const service = await start(platform as Platform);
    const stopping = new AbortController();
    await bus.subscribe(service.jobs?.[0] ?? assert.fail());
    // Begins again after a failure, as in a platform.
    const runTask = async () => {
      while (!stopping.signal.aborted) {
        await service.tasks?.[0]?.run(stopping.signal).catch(() => {});
        await delay(50);
      }
    };
    const running = withTasks ? runTask() : undefined;
    return {
      api: service.rpc[0]?.handlers as unknown as RpcClient<TrackingServiceService>,
      async metric(name: string, labels = '') {
        const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
        return lines
          .filter((line) => line.includes(labels))
          .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
      },
      async stop() {
        stopping.abort();
        await running;
        await service.flush?.();
        await bus.stop();
        await service.stop();
        await closeRedis(client);
      },
    };
  }
  type Process = Awaited<ReturnType<typeof startOne>>;

  const look = (process: Process, userId: string, ...targetIds: string[]) => {
    const events = targetIds.map((targetId) => ({ kind: GOODS_VIEWED, targetId }));
    return process.api.track({ events }, callBy(userWith(userId)));
  };
  const historiesOf = async (process: Process, userIds: readonly string[]) => {
    const pages = userIds.map((parentId) => ({ parentId, first: 100 }));
    const answer = await process.api.batchListUserHistory({ pages }, callBy(administrator));
    return answer.pages.map(({ edges }) => edges.map(({ entry }) => entry?.targetId));
  };
  const totalViews = async (process: Process, targetIds: string[]) => {
    const { views } = await process.api.batchGetCounters({ kind: GOODS_VIEWED, targetIds }, callBy());
    return views.reduce((sum, count) => sum + count, 0);
  };

  it('what users of two processes look at is in their histories, the counts, the hot list and the tables, once', async (t) => {
    const settings = settingsForTests(realKafkaBrokers(), uniquePrefix());
    const processes = await Promise.all(
      [1, 2].map(() => startOne(busForTests(settings), { withTasks: true })),
    );
    t.after(() => Promise.all(processes.map((each) => each.stop())));
    const [one, two] = processes as [Process, Process];
    const users = Array.from({ length: 60 }, (_, n) => String(n + 1));
    const goods = Array.from({ length: 15 }, (_, n) => String(n + 101));
    for (const [index, userId] of users.entries())
      assert.deepEqual(await look(index % 2 ? one : two, userId, ...goods), { accepted: 15 });
    await look(one, '999', '101', '101');
    await until(async () => {
      const histories = await historiesOf(two, users);
      return histories.every((history) => history.length === goods.length);
    }, 'all histories');
    // 60 x 15 and the two of the last one: every count is in the table, and none twice.
    await until(async () => (await totalViews(one, goods)) >= 902, 'all counts');
    assert.equal(await totalViews(two, goods), 902);
    const { targetIds } = await two.api.listHot({ kind: GOODS_VIEWED, first: 1 }, callBy(ownProcess));
    assert.deepEqual(targetIds, ['101']);
    await until(async () => (await one.metric('tiffin_tracking_dirty')) === 0, 'nothing dirty');
    const written = await Promise.all(
      processes.map((each) => each.metric('tiffin_tracking_written_total', 'user')),
    );
    assert.ok((written[0] ?? 0) + (written[1] ?? 0) >= 61, String(written));
    // Redis gone, the tables still know.
    await redis.restart();
    await until(
      async () => (await historiesOf(one, users)).every(({ length }) => length === 15),
      'the tables',
    );
    assert.equal(await one.metric('tiffin_tracking_lost_total'), 0, 'all of it had been written');
  });

  it('what Redis loses before it is written is counted, and what comes after that is kept', async (t) => {
    const settings = settingsForTests(realKafkaBrokers(), uniquePrefix());
    const process = await startOne(busForTests(settings), { withTasks: true });
    t.after(() => process.stop());
    await look(process, '2001', '201');
    await look(process, '2002', '201');
    await until(
      async () => (await process.metric('tiffin_tracking_dirty', 'kind="user"')) === 2,
      'two dirty users',
    );
    assert.ok((await process.metric('tiffin_tracking_oldest_dirty_seconds', 'kind="user"')) >= 0);
    await redis.restart();
    await until(
      async () => (await process.metric('tiffin_tracking_lost_total', 'kind="user"')) > 0,
      'the loss',
    );
    assert.equal(await process.metric('tiffin_tracking_lost_total', 'kind="user"'), 2);
    assert.equal(await process.metric('tiffin_tracking_lost_total', 'kind="target"'), 1);
    assert.deepEqual(await historiesOf(process, ['2001', '2002']), [[], []]);
    await look(process, '2001', '202');
    await until(async () => (await historiesOf(process, ['2001']))[0]?.length === 1, 'the next look');
  });

  it('what a broker that is away does not take is counted, and nobody waits for it', async (t) => {
    const kafka = await startRealKafka();
    t.after(() => kafka.stop());
    const settings = settingsForTests(kafka.brokers, uniquePrefix(), {
      producer: { requestTimeoutMs: 500, sendTimeoutMs: 1_000 },
    });
    const process = await startOne(busForTests(settings), { withTasks: false });
    t.after(() => process.stop());
    await look(process, '3001', '301');
    await until(async () => (await process.metric('tiffin_lossy_events_total', '"sent"')) === 1, 'the first');
    await until(async () => (await historiesOf(process, ['3001']))[0]?.length === 1, 'its history');
    await kafka.kill();
    const beganMs = Date.now();
    for (let n = 0; n < 50; n++) await look(process, '3001', '302');
    assert.ok(Date.now() - beganMs < 500, 'nobody waits');
    await until(
      async () => (await process.metric('tiffin_lossy_events_total', '"unavailable"')) === 50,
      'the count of what was lost',
    );
    assert.equal(await process.metric('tiffin_lossy_events_total', '"sent"'), 1);
    await kafka.restart();
    await until(async () => {
      await look(process, '3001', '303');
      return (await historiesOf(process, ['3001']))[0]?.includes('303') === true;
    }, 'what comes after it');
  });
});
