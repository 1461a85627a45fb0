import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { deleteAll, type RedisUnderTest } from '../engines/redis.contract.ts';
import { closeRedis, type RedisClient } from '../engines/redis.ts';
import type { CacheStore } from './cache-store.ts';
import { createRedisCacheStore } from './redis-cache-store.ts';

const ttlMs = 10_000;
const lease = Buffer.from('~mine');
const entryOf = (key: string) => Buffer.from([118, 0, 255, 10, ...Buffer.from(key)]);
const fillsOf = (keys: readonly string[]) => keys.map((key) => ({ key, entry: entryOf(key), ttlMs }));

/** What the cache asks of its store, on one server and on a cluster alike. */
export function describeRedisCacheStore(name: string, start: () => Promise<RedisUnderTest>): void {
  describe(`the cache in Redis: ${name}`, () => {
    let engine: RedisUnderTest;
    let redis: RedisClient;
    let store: CacheStore;
    before(async () => {
      engine = await start();
      redis = await engine.open();
      store = createRedisCacheStore(redis);
    });
    beforeEach(() => deleteAll(redis));
    after(async () => {
      await closeRedis(redis);
      await engine.close();
    });

    for (const count of [1, 2, 50, 250]) {
      it(`leases, fills, reads and deletes ${count} keys, in their order`, async () => {
        const keys = Array.from({ length: count }, (_, index) => `key:${index}`);
        assert.deepEqual(await store.getMany(keys), Array(count).fill(null));
        assert.deepEqual(await store.lease(keys, lease, ttlMs), Array(count).fill(true));
        assert.deepEqual(await store.getMany(keys), Array(count).fill(lease));
        assert.deepEqual(await store.fill(fillsOf(keys), lease), Array(count).fill(true));
        assert.deepEqual(await store.getMany(keys), keys.map(entryOf));
        const [first = '', ...others] = keys;
        await store.delete(others);
        assert.deepEqual(await store.getMany(keys), [entryOf(first), ...Array(count - 1).fill(null)]);
      });
    }

    it('gives one lease for a key, to whoever is first', async () => {
      await store.lease(['a', 'b'], lease, ttlMs);
      assert.deepEqual(await store.lease(['c', 'b', 'd'], Buffer.from('~yours'), ttlMs), [true, false, true]);
      assert.deepEqual((await store.getMany(['b', 'c'])).map(String), ['~mine', '~yours']);
    });

    it('fills only where the reader’s lease still lies', async () => {
      const keys = ['kept', 'deleted', 'taken', 'never'];
      await store.lease(['kept', 'deleted', 'taken'], lease, ttlMs);
      await store.delete(['deleted', 'taken']);
      await store.lease(['taken'], Buffer.from('~yours'), ttlMs);
      assert.deepEqual(await store.fill(fillsOf(keys), lease), [true, false, false, false]);
      assert.deepEqual(
        (await store.getMany(keys)).map((entry) => entry?.toString()),
        [entryOf('kept').toString(), undefined, '~yours', undefined],
      );
      assert.deepEqual(await store.fill(fillsOf(['kept']), lease), [false]);
    });

    it('keeps nothing without an end', async () => {
      await store.lease(['leased', 'filled'], lease, 5_000);
      await store.fill(fillsOf(['filled']), lease);
      const leasedMs = await redis.pttl('leased');
      const filledMs = await redis.pttl('filled');
      assert.ok(leasedMs > 0 && leasedMs <= 5_000, String(leasedMs));
      assert.ok(filledMs > 5_000 && filledMs <= ttlMs, String(filledMs));
    });

    it('has nothing to do for no keys', async () => {
      assert.deepEqual(await store.getMany([]), []);
      assert.deepEqual(await store.lease([], lease, ttlMs), []);
      assert.deepEqual(await store.fill([], lease), []);
      await store.delete([]);
    });
  });
}
