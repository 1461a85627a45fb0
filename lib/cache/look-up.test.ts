import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { closeRedis, openRedis, type RedisClient } from '../engines/redis.ts';
import { failsWith } from '../testing/expect-error.ts';
import type { CacheOptions } from './cache.ts';
import { decodeEntry, encodeValue } from './cache-entry.ts';
import type { CachedKind } from './cached-kind.ts';
import { createRedisCacheStore } from './redis-cache-store.ts';
import { type CacheBed, openCacheBed } from './testing/cache-bed.ts';
import { KeepAll } from './testing/keep-all.ts';
import { noCacheMetrics } from './testing/no-metrics.ts';
import { numbersOf, type Thing, things } from './testing/test-kind.ts';

const TTL_MS = 60_000;
let redis: RedisClient;
before(async () => {
  redis = await openRedis({ keyspace: 'look-up' });
});
beforeEach(() => redis.flushall());
after(() => closeRedis(redis));

/** With the thing 1 in its database. */
function open(options?: Partial<CacheOptions>): CacheBed {
  const bed = openCacheBed(createRedisCacheStore(redis), options);
  bed.rows.set('1', { n: 1 });
  return bed;
}

const kept = async (id: string) => {
  const entry = await redis.getBuffer(things.key(id));
  return entry && decodeEntry(entry);
};
const put = (id: string, entry: Buffer | string) => redis.set(things.key(id), entry, 'PX', TTL_MS);

describe('a look-up, of values that cannot be kept', () => {
  const value = encodeValue(things.codec.encode({ n: 7 }), things.codec.version, 0);
  const broken: readonly [string, Buffer][] = [
    ['is garbage', Buffer.from([0xff, 0x00, 0xfe])],
    ['is of another version', encodeValue(things.codec.encode({ n: 7 }), things.codec.version + 1, 0)],
    ['was cut short', value.subarray(0, value.length - 1)],
    ['was cut to its head', value.subarray(0, 7)],
    ['is empty', Buffer.alloc(0)],
  ];
  for (const [what, entry] of broken) {
    it(`drops, counts and loads again what ${what}`, async () => {
      const bed = open();
      await put('1', entry);
      assert.deepEqual(numbersOf(await bed.find(['1', '2'])), { 1: 1 });
      await bed.cache.stop();
      assert.deepEqual(bed.asked, ['getMany', 'delete', 'lease', 'fill']);
      assert.equal(await bed.metric('tiffin_cache_undecodable_total', 'thing'), 1);
      assert.equal(await bed.metric('tiffin_cache_reads_total', 'miss'), 2);
      assert.equal((await kept('1'))?.kind, 'value');
    });
  }

  it('answers, counts and does not keep what is too large', async () => {
    const local = new KeepAll();
    const bed = open({ maxValueBytes: 100, local });
    bed.rows.set('2', { n: 2, parts: [{ text: 'x'.repeat(100) }] });
    assert.deepEqual(numbersOf(await bed.find(['1', '2'])), { 1: 1, 2: 2 });
    await bed.cache.stop();
    assert.equal((await kept('1'))?.kind, 'value');
    assert.equal((await kept('2'))?.kind, 'lease');
    assert.equal(local.get(things.key('2')), undefined);
    assert.equal(await bed.metric('tiffin_cache_too_large_total', 'thing'), 1);
  });

  it('answers what its codec cannot encode', async () => {
    const bed = open();
    const encode = () => assert.fail('out of range');
    const odd: CachedKind<Thing> = { ...things, codec: { ...things.codec, encode } };
    const reader = { deadlineMs: Number.MAX_SAFE_INTEGER };
    const load = async () => new Map([['1', { n: 1 }]]);
    assert.deepEqual(numbersOf(await bed.cache.find(odd, ['1', '2'], reader, load)), { 1: 1 });
    await bed.cache.stop();
    assert.equal((await kept('1'))?.kind, 'lease');
    assert.equal((await kept('2'))?.kind, 'absent');
  });
});

describe('a look-up while the store is away', () => {
  it('loads within its limit, and refuses the rest with a time', async () => {
    const bed = open();
    bed.storeFault = new Error('away');
    for (let reads = 0; reads < 3; reads++) assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 1 });
    await assert.rejects(bed.find(['1', '2']), failsWith('UNAVAILABLE', { retryAfterMs: 100 }));
    assert.equal(bed.loads.length, 3);
    assert.equal(await bed.metric('tiffin_cache_refused_keys_total', 'thing'), 2);
    assert.equal(await bed.metric('tiffin_cache_failures_total', 'get'), 4);
    assert.deepEqual(new Set(bed.asked), new Set(['getMany']));
  });

  it('is not asked after five failures but each 500 ms, and is back after the first answer', async () => {
    const bed = open();
    bed.storeFault = new Error('away');
    const find = () => bed.find(['1']).catch(failsWith('UNAVAILABLE'));
    for (let reads = 0; reads < 20; reads++) await find();
    assert.equal(bed.asked.length, 5);
    for (let passedMs = 0; passedMs < 2_000; passedMs += 100) {
      await bed.clock.advance(100);
      for (let reads = 0; reads < 5; reads++) await find();
    }
    assert.equal(bed.asked.length, 9);
    bed.storeFault = undefined;
    await find();
    assert.equal(bed.asked.length, 9);
    await bed.clock.advance(500);
    for (let reads = 0; reads < 3; reads++) {
      assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 1 });
      await bed.cache.stop();
    }
    assert.deepEqual(bed.asked.slice(9), ['delete', 'getMany', 'lease', 'fill', 'getMany', 'getMany']);
  });

  it('answers from what this process still has, to readers who take it and can say so', async () => {
    const local = new KeepAll();
    const bed = open({ local });
    await bed.find(['1', '9']);
    await bed.cache.stop();
    local.isFresh = false;
    bed.storeFault = new Error('away');
    for (let reads = 0; reads < 3; reads++) await bed.find(['1']);
    const degraded: string[] = [];
    const reader = { freshness: 'any', onDegraded: (what: string) => degraded.push(what) } as const;
    bed.rows.set('1', { n: 2 });
    assert.deepEqual(numbersOf(await bed.find(['1', '9'], reader)), { 1: 1 });
    assert.deepEqual(degraded, ['thing']);
    assert.equal(await bed.metric('tiffin_cache_reads_total', 'stale'), 2);
    for (const [ids, other] of [
      [['1'], {}],
      [['1'], { freshness: 'cached', onDegraded: reader.onDegraded }],
      [['1'], { freshness: 'any' }],
      // One that nothing is known of.
      [['1', '3'], reader],
    ] as const)
      await assert.rejects(bed.find(ids, other), failsWith('UNAVAILABLE', { retryAfterMs: 100 }));
    assert.deepEqual(degraded, ['thing']);
  });

  it('does not take what is degraded for an answer that should be new', async () => {
    const local = new KeepAll();
    const served: string[] = [];
    const metrics = { ...noCacheMetrics, served: (key: string) => void served.push(key) };
    const bed = open({ local, metrics });
    await bed.find(['1']);
    await bed.cache.stop();
    local.isFresh = false;
    bed.storeFault = new Error('away');
    for (let reads = 0; reads < 3; reads++) await bed.find(['1']);
    assert.equal(served.length, 4);
    const reader = { freshness: 'any', onDegraded: () => {} } as const;
    assert.deepEqual(numbersOf(await bed.find(['1'], reader)), { 1: 1 });
    assert.equal(served.length, 4);
  });

  it('prefers the database to what is stale while reads are left', async () => {
    const local = new KeepAll();
    const bed = open({ local });
    await bed.find(['1']);
    await bed.cache.stop();
    local.isFresh = false;
    bed.storeFault = new Error('away');
    bed.rows.set('1', { n: 2 });
    const reader = { freshness: 'any', onDegraded: () => assert.fail('It is not degraded.') } as const;
    assert.deepEqual(numbersOf(await bed.find(['1'], reader)), { 1: 2 });
  });

  it('loads without a lease where that is refused, and answers where the fill is', async () => {
    for (const failing of ['lease', 'fill'] as const) {
      await redis.flushall();
      const store = createRedisCacheStore(redis);
      const bed = openCacheBed({ ...store, [failing]: () => Promise.reject(new Error('out of memory')) });
      bed.rows.set('1', { n: 1 });
      assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 1 });
      await bed.cache.stop();
      assert.equal(await bed.metric('tiffin_cache_failures_total', failing), 1);
      assert.notEqual((await kept('1'))?.kind, 'value');
    }
  });
});
