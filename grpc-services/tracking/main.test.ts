import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { openDatabase } from '@tiffin/lib/engines/database';
import { openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';
import { createInProcessBus } from '@tiffin/lib/events/in-process-bus';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Platform } from '@tiffin/lib/service/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { emptyCluster } from '@tiffin/lib/testing/empty-cluster';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { BehaviorKind, TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { behavior } from '@tiffin/proto/topics/tracking-topics';
import { start } from './main.ts';
import { clientOfOthers, customer } from './tracking-test-bed.ts';

test('what a user looks at is in the tables after a stop, and everything is given back', async () => {
  const embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const redis = await openRedis({ keyspace: randomUUID() });
  const bus = createInProcessBus({ clock, logger: silentLogger, metrics });
  const platform: Partial<Platform> = {
    clock,
    logger: silentLogger,
    metrics,
    openDatabase: (options) => openDatabase({ ...options, embedded }),
    redis: () => redis,
    bus,
    client: clientOfOthers,
  };
  const service = await start(platform as Platform);
  assert.deepEqual(
    service.rpc.map(({ definition }) => definition),
    [TrackingServiceService],
  );
  assert.deepEqual(
    service.jobs?.map(({ consumer, topic }) => [consumer, topic.name]),
    [['tracking.views', behavior.name]],
  );
  assert.deepEqual(
    service.tasks?.map(({ name }) => name),
    ['write histories and counts', 'fold old counts'],
  );

  for (const job of service.jobs ?? []) await bus.subscribe(job);
  bus.begin();
  const api = service.rpc[0]?.handlers as unknown as RpcClient<TrackingServiceService>;
  const events = ['5', '6'].map((targetId) => ({ kind: BehaviorKind.SHOP_VIEWED, targetId }));
  await api.track({ events }, callBy(customer));
  await service.flush?.();
  const pages = [{ parentId: customer.userId, first: 5 }];
  const history = async () => {
    const answer = await api.batchListUserHistory({ pages }, callBy(customer));
    return answer.pages[0]?.edges.map(({ entry }) => entry?.targetId).sort();
  };
  for (let turn = 0; (await history())?.length !== 2; turn++) {
    assert.ok(turn < 1_000, 'It never comes to that.');
    await clock.advance(1);
  }

  const stop = new AbortController();
  const running = service.tasks?.map((task) => task.run(stop.signal)) ?? [];
  stop.abort();
  await Promise.all(running);
  await redis.flushall();
  assert.deepEqual(await history(), ['5', '6'], 'the last round wrote what was dirty');

  await bus.stop();
  await service.stop();
  assert.equal(clock.pendingTimers, 0);
  await closeRedis(redis);
  await embedded.close();
});
