import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { RedisClient } from '../engines/redis.ts';
import type { CacheStore } from './cache-store.ts';
import { createRedisCacheStore } from './redis-cache-store.ts';
import { type CacheBed, openCacheBed } from './testing/cache-bed.ts';
import { things } from './testing/test-kind.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const MINUTE_MS = 60_000;
const MAX_IDS_A_CALL = 100;

export interface CostBed {
  readonly redis: RedisClient;
  /** What went over the wire until now; undefined where there is no wire. */
  roundTrips(): number | undefined;
  stop(): Promise<void>;
}

const idsOf = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(from + index));

/** What the cache costs on each engine: loads, round trips, and how long Redis keeps what. */
export function describeCacheCosts(engine: string, open: () => Promise<CostBed>): void {
  describe(`what the cache costs ${engine}`, () => {
    let costs: CostBed;
    let store: CacheStore;
    let bed: CacheBed;
    before(async () => {
      costs = await open();
      store = createRedisCacheStore(costs.redis);
    });
    beforeEach(async () => {
      await costs.redis.flushall();
      bed = openCacheBed(store);
    });
    after(() => costs.stop());

    const ttlsMs = async (ids: readonly string[]) => {
      const pipeline = costs.redis.pipeline();
      for (const id of ids) pipeline.pttl(things.key(id));
      return ((await pipeline.exec()) ?? []).map(([, ttlMs]) => Number(ttlMs));
    };
    /** In calls as large as they may be. */
    const findAll = async (ids: readonly string[]) => {
      for (let at = 0; at < ids.length; at += MAX_IDS_A_CALL)
        await bed.find(ids.slice(at, at + MAX_IDS_A_CALL));
      await bed.cache.stop();
    };

    it('loads once for 1,000 who miss at the same time', async () => {
      bed.rows.set('1', { n: 1 });
      const found = await Promise.all(Array.from({ length: 1_000 }, () => bed.find(['1', '2'])));
      assert.deepEqual(bed.loads, [['1', '2']]);
      for (const values of found) assert.deepEqual([...values], [['1', { n: 1 }]]);
      await bed.cache.stop();
      assert.deepEqual(bed.asked, ['getMany', 'lease', 'fill']);
    });

    it('loads each absent id once a minute, however often it is asked for', async () => {
      const ids = idsOf(100);
      for (let round = 0; round < 100; round++) await findAll(ids);
      assert.deepEqual(bed.loads, [ids]);
      for (const ttlMs of await ttlsMs(ids))
        assert.ok(ttlMs > 0 && ttlMs <= 1.05 * MINUTE_MS, `a note lives ${ttlMs} ms`);
      const pipeline = costs.redis.pipeline();
      for (const id of ids) pipeline.pexpireat(things.key(id), Date.now() - 1);
      await pipeline.exec();
      for (let round = 0; round < 100; round++) await findAll(ids);
      assert.deepEqual(bed.loads, [ids, ids]);
    });

    it('keeps 10,000 values a week each, 5 % more or less, and ends them far apart', async () => {
      const ids = idsOf(10_000);
      for (const id of ids) bed.rows.set(id, { n: Number(id) });
      const startMs = Date.now();
      await findAll(ids);
      const ttls = await ttlsMs(ids);
      // Some of the lifetime has gone by already.
      const passedMs = Date.now() - startMs;
      const tenths = new Array<number>(10).fill(0);
      for (const ttlMs of ttls) {
        const share = (ttlMs - 0.95 * WEEK_MS) / (0.1 * WEEK_MS);
        assert.ok(ttlMs >= 0.95 * WEEK_MS - passedMs && ttlMs <= 1.05 * WEEK_MS + 1, `${ttlMs} ms`);
        const tenth = Math.min(9, Math.max(0, Math.floor(share * 10)));
        tenths[tenth] = (tenths[tenth] ?? 0) + 1;
      }
      // Each tenth holds 1,000 with a deviation of 30.
      for (const count of tenths) assert.ok(count > 800 && count < 1_200, tenths.join());
    });

    it('finds 50 cached ids in one round trip, and misses in three with one load', async () => {
      const ids = idsOf(50);
      for (const id of ids) bed.rows.set(id, { n: Number(id) });
      // The client makes sure once a minute that the server knows the script.
      await findAll(idsOf(1, 1_000));
      const cost = async () => {
        const before = { asked: bed.asked.length, loads: bed.loads.length, trips: costs.roundTrips() ?? 0 };
        assert.equal((await bed.find(ids)).size, 50);
        await bed.cache.stop();
        return {
          asked: bed.asked.slice(before.asked),
          loads: bed.loads.length - before.loads,
          trips: costs.roundTrips() === undefined ? undefined : (costs.roundTrips() ?? 0) - before.trips,
        };
      };
      const wire = (trips: number) => (costs.roundTrips() === undefined ? undefined : trips);
      assert.deepEqual(await cost(), { asked: ['getMany', 'lease', 'fill'], loads: 1, trips: wire(3) });
      assert.deepEqual(await cost(), { asked: ['getMany'], loads: 0, trips: wire(1) });
    });
  });
}
