import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type Clock, systemClock } from '../clock/clock.ts';
import { closeRedis, openRedis } from '../engines/redis.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { type RealRedis, startRealRedis } from '../testing/real-redis.ts';
import { type RealRedisCluster, startRealRedisCluster } from '../testing/real-redis-cluster.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createHotKeyList } from './hot/hot-key-list.ts';
import { createHotLocalCache } from './hot/hot-local-cache.ts';
import { createStaleChannel } from './stale-channel.ts';

/** Longer than any pause between two attempts to connect. */
const PATIENCE_MS = 15_000;

describe('the channel of stale keys on a server', () => {
  let server: RealRedis;
  before(async () => {
    server = await startRealRedis();
  });
  after(() => server.stop());

  const open = (t: TestContext, publisherId: string) => openProcess(t, server.url, publisherId);

  it('tells of stale keys from one process to another', async (t) => {
    const [a, b] = [await open(t, 'a1'), await open(t, 'b1')];
    await a.channel.publish(['warm up the numbers'], 1);
    b.keep('hot');
    b.keep('other');
    await a.channel.publish(['hot'], 1);
    await until(() => !b.local.get('hot'));
    assert.ok(b.local.get('other'));
  });

  it('drops everything when the server dies, and hears messages again when it is back', async (t) => {
    const [a, b] = [await open(t, 'a2'), await open(t, 'b2')];
    await a.channel.publish(['first'], 1);
    b.keep('hot');
    await server.kill();
    await until(() => !b.local.get('hot'));
    await assert.rejects(a.channel.publish(['nobody is told'], 1));
    // What is read from the database while Redis is away.
    b.keep('read meanwhile');
    await server.restart();
    await until(() => !b.local.get('read meanwhile'));
    await until(async () => (await a.redis.ping().catch(() => '')) === 'PONG');
    // The first message after a failure leaves a number out.
    b.keep('other');
    await a.channel.publish(['some key'], 1);
    await until(() => !b.local.get('other'));
    b.keep('hot');
    b.keep('other');
    await a.channel.publish(['hot'], 1);
    await until(() => !b.local.get('hot'));
    assert.ok(b.local.get('other'));
  });

  it('gives up a server that does not answer, and hears messages again when it does', async (t) => {
    const [a, b] = [await open(t, 'a3'), await open(t, 'b3')];
    await a.channel.publish(['first'], 1);
    // An answered ping takes nothing away.
    b.keep('hot');
    const connections = async () => String(await a.redis.client('LIST'));
    await until(async () => (await connections()).match(/name=goods:stale.* cmd=ping/g)?.length === 2);
    assert.ok(b.local.get('hot'));
    await a.redis.client('PAUSE', 6_000, 'ALL');
    await until(() => !b.local.get('hot'));
    await until(async () => (await a.redis.ping().catch(() => '')) === 'PONG');
    await until(async () => {
      b.keep('hot');
      await a.channel.publish(['hot'], 1);
      return until(() => !b.local.get('hot'), 200).then(
        () => true,
        () => false,
      );
    });
  });

  it('starts while the server is away', async (t) => {
    await server.kill();
    t.after(() => server.restart());
    const channel = createStaleChannel({
      redis: await openLater(t),
      service: 'goods',
      publisherId: 'late',
      clock: systemClock,
      logger: silentLogger,
      cache: { forget() {}, forgetAll() {} },
      metrics: { written() {} },
    });
    await channel.start();
    await channel.stop();
  });

  it('asks more and more seldom while the server is away', async (t) => {
    t.after(() => server.restart());
    const pausesMs: number[] = [];
    const impatient: Clock = {
      now: () => systemClock.now(),
      setTimer(delayMs, callback) {
        pausesMs.push(delayMs);
        return systemClock.setTimer(1, callback);
      },
    };
    const channel = createStaleChannel({
      redis: await openLater(t),
      service: 'goods',
      publisherId: 'patient',
      clock: impatient,
      logger: silentLogger,
      cache: { forget() {}, forgetAll() {} },
      metrics: { written() {} },
    });
    await channel.start();
    await until(() => pausesMs.length >= 8);
    await channel.stop();
    assert.deepEqual(pausesMs.slice(0, 8), [50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
  });

  /** A client whose server goes away after it was opened. */
  async function openLater(t: TestContext) {
    await server.restart();
    const redis = await openRedis({ url: server.url });
    t.after(() => redis.disconnect());
    await server.kill();
    return redis;
  }
});

describe('the channel of stale keys on a Redis Cluster', () => {
  let cluster: RealRedisCluster;
  before(async () => {
    cluster = await startRealRedisCluster();
  });
  after(() => cluster.stop());

  it('tells of stale keys through any node, drops everything when its own is lost, and goes on with another', async (t) => {
    const [a, b] = [await openProcess(t, cluster.url, 'a'), await openProcess(t, cluster.url, 'b')];
    await a.channel.publish(['first'], 1);
    // Each message through some node: enough of them go through all.
    for (let n = 0; n < 20; n++) {
      b.keep(`hot-${n}`);
      await a.channel.publish([`hot-${n}`], 1);
      await until(() => !b.local.get(`hot-${n}`));
    }
    b.keep('hot');
    await cluster.onEachNode((node) => node.client('KILL', 'TYPE', 'pubsub'));
    await until(() => !b.local.get('hot'));
    await cluster.killMaster('some key');
    await cluster.whole();
    await until(async () => {
      b.keep('hot');
      b.keep('other');
      const sent = await a.channel.publish(['hot'], 1).then(
        () => true,
        () => false,
      );
      if (!sent) return false;
      await until(() => !b.local.get('hot'), 200).catch(() => {});
      return !b.local.get('hot') && b.local.get('other') !== undefined;
    });
  });

  it('keeps the list of hot keys', async (t) => {
    const { redis } = await openProcess(t, cluster.url, 'c');
    const list = createHotKeyList(redis, 'goods', systemClock);
    await list.record([
      { key: 'a', count: 1 },
      { key: 'b', count: 2 },
    ]);
    assert.deepEqual(await list.read(), ['b', 'a']);
  });
});

/** A process that keeps values for itself, for as long as nobody tells it otherwise. */
async function openProcess(t: TestContext, url: string, publisherId: string) {
  const redis = await openRedis({ url, commandTimeoutMs: 1_000 });
  const local = createHotLocalCache({
    clock: systemClock,
    metrics: createMetrics(),
    service: 'goods',
    ttlMs: 3_600_000,
  });
  const channel = createStaleChannel({
    redis,
    service: 'goods',
    publisherId,
    clock: systemClock,
    logger: silentLogger,
    cache: { forget: (keys) => local.drop(keys), forgetAll: () => local.dropAll() },
    metrics: { written() {} },
  });
  t.after(async () => {
    await channel.stop();
    await closeRedis(redis);
  });
  await channel.start();
  const keep = (key: string) => {
    local.heat([key]);
    local.put(key, { value: { key }, readAtMs: 0 }, 10, local.moment);
    assert.ok(local.get(key));
  };
  return { redis, local, channel, keep };
}

/** Waits for what another process brings about. */
async function until(isSo: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  const giveUpMs = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > giveUpMs) throw new Error('It did not come about in time.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
