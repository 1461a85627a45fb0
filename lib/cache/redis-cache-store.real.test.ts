import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { Cluster, type Redis } from 'ioredis';
import { closeRedis, openRedis, type RedisClient, RedisUnavailable } from '../engines/redis.ts';
import { type RealRedis, startRealRedis } from '../testing/real-redis.ts';
import { type RealRedisCluster, startRealRedisCluster } from '../testing/real-redis-cluster.ts';
import type { CacheStore } from './cache-store.ts';
import { describeRedisCacheStore } from './redis-cache-store.contract.ts';
import { createRedisCacheStore } from './redis-cache-store.ts';

const PATIENCE_MS = 10_000;
/** 50 ms of a command, and what a busy machine may add. */
const BUDGET_MS = 550;
const ttlMs = 60_000;
const lease = Buffer.from('~mine');
const keys = Array.from({ length: 50 }, (_, index) => `key:${index}`);
const fills = keys.map((key) => ({ key, entry: Buffer.from(`v${key}`), ttlMs }));
const isFilled = (entries: readonly (Buffer | null)[]) =>
  entries.every((entry, index) => entry?.toString() === `v${keys[index]}`);

describeRedisCacheStore('a server', async () => {
  const server = await startRealRedis();
  return {
    open: () => openRedis({ url: server.url, commandTimeoutMs: PATIENCE_MS }),
    close: () => server.stop(),
  };
});

describeRedisCacheStore('a cluster', async () => {
  const cluster = await startRealRedisCluster();
  return {
    open: () => openRedis({ url: cluster.url, commandTimeoutMs: PATIENCE_MS }),
    close: () => cluster.stop(),
  };
});

/** How often each node is written to from now on: a round trip each. */
function roundTrips(t: TestContext, nodes: readonly Redis[]): () => number[] {
  const writes = nodes.map((node) => t.mock.method(node.stream, 'write'));
  return () => {
    const counts = writes.map(({ mock }) => mock.callCount());
    for (const { mock } of writes) mock.resetCalls();
    return counts;
  };
}

/** Each call of the store, and what it takes of each node; all of it is sent before anything is answered. */
async function assertRoundTrips(
  store: CacheStore,
  counts: () => number[],
  expected: number[],
): Promise<void> {
  for (const call of [
    () => store.lease(keys, lease, ttlMs),
    () => store.fill(fills, lease),
    () => store.getMany(keys),
    () => store.delete(keys),
  ]) {
    const answer = call();
    assert.deepEqual(counts(), expected);
    await answer;
    assert.deepEqual(
      counts(),
      expected.map(() => 0),
    );
  }
}

describe('the cache in Redis, on a server only', () => {
  let server: RealRedis;
  let redis: RedisClient;
  before(async () => {
    server = await startRealRedis();
    redis = await openRedis({ url: server.url, commandTimeoutMs: PATIENCE_MS });
  });
  after(async () => {
    await closeRedis(redis);
    await server.stop();
  });

  it('takes one round trip for 50 keys', async (t) => {
    await assertRoundTrips(createRedisCacheStore(redis), roundTrips(t, [redis as Redis]), [1]);
  });
});

describe('the cache in Redis, on a cluster only', () => {
  let cluster: RealRedisCluster;
  let redis: Cluster;
  let store: CacheStore;
  before(async () => {
    cluster = await startRealRedisCluster();
    redis = (await openRedis({ url: cluster.url, connectTimeoutMs: PATIENCE_MS })) as Cluster;
    assert.ok(redis instanceof Cluster);
    store = createRedisCacheStore(redis);
  });
  after(async () => {
    await closeRedis(redis);
    await cluster.stop();
  });

  it('takes one round trip of each master for 50 keys, all at the same time', async (t) => {
    const masters = redis.nodes('master');
    await assertRoundTrips(store, roundTrips(t, masters), [1, 1, 1]);
  });

  for (const how of ['killMaster', 'hangMaster'] as const) {
    it(`rejects typed and in time while a master is away, and works on with the next: ${how}`, async () => {
      await store.delete(keys);
      await store.lease(keys, lease, ttlMs);
      await store.fill(fills, lease);
      await cluster[how]('key:0');
      const outcome = await readUntil(cluster.whole());
      assert.ok(outcome.failures > 0);
      assert.ok(outcome.slowestMs < BUDGET_MS, `${outcome.slowestMs} ms`);
      await store.delete(keys);
      assert.ok((await store.lease(keys, lease, ttlMs)).every(Boolean));
      assert.ok((await store.fill(fills, lease)).every(Boolean));
      assert.ok(isFilled(await store.getMany(keys)));
      await cluster.restore();
    });
  }

  /** Ten readers without a pause, until all of them get answers again. */
  async function readUntil(isBack: Promise<void>): Promise<{ failures: number; slowestMs: number }> {
    let isDone = false;
    void isBack.then(() => {
      isDone = true;
    });
    let failures = 0;
    let slowestMs = 0;
    const endMs = performance.now() + 2 * PATIENCE_MS;
    const read = async () => {
      for (let answers = 0; !isDone || answers < 10; ) {
        assert.ok(performance.now() < endMs, 'no answers in time');
        const startMs = performance.now();
        try {
          await store.getMany(keys);
          answers++;
        } catch (error) {
          assert.ok(error instanceof RedisUnavailable, String(error));
          failures++;
        }
        slowestMs = Math.max(slowestMs, performance.now() - startMs);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all(Array.from({ length: 10 }, read));
    await isBack;
    return { failures, slowestMs };
  }
});
