import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { closeRedis, openRedis, type RedisClient } from '../engines/redis.ts';
import { AppError } from '../errors/app-error.ts';
import { failsWith } from '../testing/expect-error.ts';
import type { CacheOptions } from './cache.ts';
import { decodeEntry, encodeLease, encodeValue } from './cache-entry.ts';
import { createRedisCacheStore } from './redis-cache-store.ts';
import { type CacheBed, openCacheBed } from './testing/cache-bed.ts';
import { KeepAll } from './testing/keep-all.ts';
import { numbersOf, things } from './testing/test-kind.ts';

const TTL_MS = 60_000;
let redis: RedisClient;
before(async () => {
  redis = await openRedis({ keyspace: 'cache' });
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

/** Has loads wait until it is told to let them go. */
function hold(bed: CacheBed): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  bed.loadGate = promise;
  return () => {
    bed.loadGate = undefined;
    resolve();
  };
}
const untilLoading = async (bed: CacheBed, loads = 1) => {
  while (bed.loads.length < loads) await nextTurn();
};

describe('a cache', () => {
  it('loads what is kept nowhere in one call, and finds it afterwards', async () => {
    const bed = open();
    bed.rows.set('2', { n: 2 });
    assert.deepEqual(numbersOf(await bed.find(['2', '1', '9', '1'])), { 1: 1, 2: 2 });
    await bed.cache.stop();
    assert.equal((await kept('1'))?.kind, 'value');
    assert.equal((await kept('9'))?.kind, 'absent');
    bed.rows.clear();
    assert.deepEqual(numbersOf(await bed.find(['9', '2', '1'])), { 1: 1, 2: 2 });
    assert.deepEqual(bed.loads, [['2', '1', '9']]);
    assert.equal(await bed.metric('tiffin_cache_reads_total', 'hit'), 2);
    assert.equal(await bed.metric('tiffin_cache_reads_total', 'absent'), 1);
    assert.equal(await bed.metric('tiffin_cache_reads_total', 'miss'), 3);
  });

  it('loads only what it lacks', async () => {
    const bed = open();
    bed.rows.set('2', { n: 2 });
    await bed.find(['1']);
    await bed.cache.stop();
    await bed.find(['1', '2']);
    assert.deepEqual(bed.loads, [['1'], ['2']]);
  });

  it('answers what it has to others while one waits for the rest', async () => {
    const bed = open();
    await bed.find(['1']);
    await bed.cache.stop();
    const letGo = hold(bed);
    const slow = bed.find(['1', '2']);
    await untilLoading(bed, 2);
    bed.loadGate = undefined;
    // Another process writes, and nobody tells this one; but the flight of 1 has been over since 1 was found.
    bed.rows.set('1', { n: 2 });
    await redis.del(things.key('1'));
    assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 2 });
    letGo();
    await slow;
  });

  it('asks for nothing where no ids are given', async () => {
    const bed = open();
    for (const freshness of ['cached', 'latest'] as const)
      assert.equal((await bed.find([], { freshness })).size, 0);
    assert.deepEqual([bed.asked, bed.loads], [[], []]);
  });

  it('gives everybody the same frozen value, loaded or found', async () => {
    const bed = open();
    bed.rows.set('1', { n: 1, parts: [{ text: 'a' }] });
    const [one, other] = await Promise.all([bed.find(['1']), bed.find(['1'])]);
    assert.equal(one.get('1'), other.get('1'));
    await bed.cache.stop();
    for (const found of [one, await bed.find(['1']), await bed.find(['1'], { freshness: 'latest' })]) {
      const thing = found.get('1') as { n: number; parts: { text: string }[] };
      assert.throws(() => Object.assign(thing, { n: 2 }), TypeError);
      assert.throws(() => thing.parts.push({ text: 'b' }), TypeError);
      assert.throws(() => Object.assign(thing.parts[0] ?? {}, { text: 'b' }), TypeError);
    }
  });

  it('asks nothing but the database for the latest, and keeps it to itself', async () => {
    const bed = open({ local: new KeepAll() });
    await bed.find(['1']);
    await bed.cache.stop();
    const asked = bed.asked.length;
    bed.rows.set('1', { n: 2 });
    assert.deepEqual(numbersOf(await bed.find(['1', '1'], { freshness: 'latest' })), { 1: 2 });
    assert.deepEqual(bed.loads.at(-1), ['1']);
    assert.equal(bed.asked.length, asked);
    assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 1 });
  });

  it('loads for each reader where there is no store', async () => {
    const bed = open({ store: undefined });
    for (let round = 0; round < 2; round++) assert.deepEqual(numbersOf(await bed.find(['1', '2'])), { 1: 1 });
    assert.equal(bed.loads.length, 2);
    assert.deepEqual(bed.asked, []);
    await bed.cache.stop();
  });

  it('takes no lease from another reader, and does not wait for it', async () => {
    const bed = open();
    await put('1', encodeLease('of another'));
    assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 1 });
    await bed.cache.stop();
    assert.deepEqual(bed.asked, ['getMany']);
    assert.deepEqual(await redis.getBuffer(things.key('1')), encodeLease('of another'));
  });

  it('counts a fill that met a write on its way', async () => {
    const bed = open();
    const letGo = hold(bed);
    const found = bed.find(['1']);
    await untilLoading(bed);
    await redis.del(things.key('1'));
    letGo();
    assert.deepEqual(numbersOf(await found), { 1: 1 });
    await bed.cache.stop();
    assert.equal(await kept('1'), null);
    assert.equal(await bed.metric('tiffin_cache_fills_total', 'late'), 1);
  });
});

describe('a flight of a cache', () => {
  it('outlives the reader who gives up, for all others', async () => {
    const clock = new VirtualClock();
    const bed = open({ clock });
    const letGo = hold(bed);
    const hasty = assert.rejects(
      bed.find(['1'], { deadlineMs: clock.now() + 50 }),
      failsWith('DEADLINE_EXCEEDED'),
    );
    const patient = bed.find(['1']);
    await untilLoading(bed);
    await clock.advance(49);
    const late = bed.find(['1'], { deadlineMs: clock.now() + 100 });
    await clock.advance(1);
    await hasty;
    letGo();
    for (const found of [patient, late]) assert.deepEqual(numbersOf(await found), { 1: 1 });
    await bed.cache.stop();
    assert.equal(bed.loads.length, 1);
    assert.equal((await kept('1'))?.kind, 'value');
    assert.equal(clock.pendingTimers, 0);
  });

  it('fails with its load, for those who wait and nobody else', async () => {
    const bed = open();
    await bed.find(['2']);
    await bed.cache.stop();
    const { promise, reject } = Promise.withResolvers<void>();
    bed.loadGate = promise;
    const waiting = [bed.find(['1']), bed.find(['2', '1'])];
    const unconcerned = bed.find(['2']);
    await untilLoading(bed, 2);
    const error = new AppError('SHOP_NOT_FOUND', { shopId: '7' });
    reject(error);
    for (const found of waiting) await assert.rejects(found, error);
    assert.equal((await unconcerned).size, 0);
    bed.loadGate = undefined;
    await bed.cache.stop();
    assert.equal((await kept('1'))?.kind, 'lease');
    // The flight is gone: the next one looks for itself.
    assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 1 });
    assert.deepEqual(bed.loads, [['2'], ['1'], ['1']]);
  });

  it('turns whatever a load throws, at once or later, into an error of ours', async () => {
    const bed = open();
    const loads = [
      () => {
        throw new Error('at once');
      },
      async () => {
        throw new Error('later');
      },
    ];
    for (const load of loads) {
      await assert.rejects(
        bed.cache.find(things, ['1'], { deadlineMs: Number.MAX_SAFE_INTEGER }, load),
        failsWith('INTERNAL'),
      );
    }
  });

  it('that nobody waits for any more fails without a sound', async (t) => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    t.after(() => process.off('unhandledRejection', listen));
    const clock = new VirtualClock();
    const bed = open({ clock });
    const { promise, reject } = Promise.withResolvers<void>();
    bed.loadGate = promise;
    const hasty = assert.rejects(
      bed.find(['1'], { deadlineMs: clock.now() + 50 }),
      failsWith('DEADLINE_EXCEEDED'),
    );
    await untilLoading(bed);
    await clock.advance(50);
    await hasty;
    reject(new Error('out of flour'));
    await bed.cache.stop();
    for (let turns = 0; turns < 3; turns++) await nextTurn();
    assert.deepEqual(unhandled, []);
  });

  for (const how of ['forget', 'forgetAll'] as const) {
    it(`that has been forgotten is not joined by those who come later: ${how}`, async () => {
      const bed = open({ local: new KeepAll() });
      const letGo = hold(bed);
      const early = bed.find(['1']);
      await untilLoading(bed);
      // As a write does: commit, delete, forget.
      bed.rows.set('1', { n: 2 });
      await redis.del(things.key('1'));
      bed.cache[how]([things.key('1')]);
      bed.loadGate = undefined;
      assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 2 });
      letGo();
      assert.deepEqual(numbersOf(await early), { 1: 1 });
      await bed.cache.stop();
      // What was read before is kept nowhere.
      assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 2 });
      assert.equal(bed.loads.length, 2);
    });
  }

  it('that takes longer than a lease lasts is not joined any more', async () => {
    const clock = new VirtualClock();
    const bed = open({ clock, leaseMs: 5_000 });
    const letGo = hold(bed);
    const stuck = bed.find(['1']);
    await untilLoading(bed);
    clock.jump(5_001);
    bed.loadGate = undefined;
    assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 1 });
    letGo();
    await stuck;
  });

  it('is waited for by stop, its fill included', async () => {
    const bed = open();
    const letGo = hold(bed);
    const found = bed.find(['1']);
    await untilLoading(bed);
    let isStopped = false;
    const stopped = bed.cache.stop().then(() => {
      isStopped = true;
    });
    for (let turns = 0; turns < 3; turns++) await nextTurn();
    assert.equal(isStopped, false);
    letGo();
    await Promise.all([found, stopped]);
    assert.equal((await kept('1'))?.kind, 'value');
  });
});

describe('a cache with a part in this process', () => {
  it('answers from it, also that there is none, and asks nobody', async () => {
    const bed = open({ local: new KeepAll() });
    await bed.find(['1', '9']);
    await bed.cache.stop();
    const asked = bed.asked.length;
    assert.deepEqual(numbersOf(await bed.find(['1', '9'])), { 1: 1 });
    assert.equal(bed.asked.length, asked);
    assert.equal(await bed.metric('tiffin_cache_reads_total', 'local'), 2);
  });

  it('keeps there what the store had, with the time of its reading', async () => {
    const local = new KeepAll();
    const bed = open({ local });
    await put('1', encodeValue(things.codec.encode({ n: 7 }), things.codec.version, 123));
    assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 7 });
    assert.deepEqual(local.get(things.key('1')), { value: { n: 7 }, readAtMs: 123 });
  });

  it('forgets there what has changed', async () => {
    const bed = open({ local: new KeepAll() });
    await bed.find(['1']);
    await bed.cache.stop();
    bed.rows.set('1', { n: 2 });
    await redis.del(things.key('1'));
    bed.cache.forget([things.key('1')]);
    assert.deepEqual(numbersOf(await bed.find(['1'])), { 1: 2 });
  });
});
