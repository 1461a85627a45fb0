import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import type { LocalCache } from '../local-cache.ts';
import { createHotLocalCache, type HotLocalCacheOptions } from './hot-local-cache.ts';

function setUp(options: Partial<HotLocalCacheOptions> = {}) {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const local = createHotLocalCache({
    clock,
    metrics,
    service: 'goods',
    random: () => 0.5,
    minReads: 3,
    ...options,
  });
  const read = (key: string, times: number) => {
    for (let n = 0; n < times; n++) local.get(key);
  };
  const put = (key: string, name = key, bytes = 10) =>
    local.put(key, { value: { name }, readAtMs: clock.now() }, bytes, local.moment);
  const answer = (key: string) => (local.get(key)?.value as { name: string } | undefined)?.name;
  return { clock, metrics, local, read, put, answer };
}

describe('a local cache of hot keys', () => {
  it('keeps what is read often, and nothing else', () => {
    const { read, put, answer } = setUp();
    read('once', 1);
    put('once');
    read('hot', 3);
    put('hot');
    assert.deepEqual([answer('once'), answer('hot')], [undefined, 'hot']);
  });

  it('keeps the note that there is none', () => {
    const { local, read } = setUp();
    read('none', 3);
    local.put('none', { value: undefined, readAtMs: 1 }, 7, local.moment);
    assert.deepEqual(local.get('none'), { value: undefined, readAtMs: 1 });
  });

  it('answers for three seconds, 5 % more or less, and keeps the value for a time of need', async () => {
    for (const [random, ttlMs] of [
      [0, 2_850],
      [0.5, 3_000],
      [1, 3_150],
    ] as const) {
      const { clock, local, read, put, answer } = setUp({ random: () => random });
      read('hot', 3);
      put('hot');
      await clock.advance(ttlMs - 1);
      assert.equal(answer('hot'), 'hot');
      await clock.advance(1);
      assert.equal(answer('hot'), undefined);
      assert.deepEqual(local.getStale('hot')?.value, { name: 'hot' });
    }
  });

  it('keeps a value for ten minutes of need, and not longer', async () => {
    const { clock, local, read, put } = setUp();
    read('hot', 3);
    put('hot');
    await clock.advance(599_999);
    assert.ok(local.getStale('hot'));
    await clock.advance(1);
    assert.equal(local.getStale('hot'), undefined);
  });

  it('answers nothing that was put in the future, after the clock was set back', () => {
    const { clock, local, read, put, answer } = setUp();
    read('hot', 3);
    put('hot');
    clock.jump(-3_600_000);
    assert.deepEqual([answer('hot'), local.getStale('hot')], [undefined, undefined]);
    put('hot');
    assert.equal(answer('hot'), 'hot');
  });

  it('drops a key that is not among the hottest any more', async () => {
    const { metrics, local, read, put, answer } = setUp({ maxEntries: 2 });
    for (const key of ['a', 'b']) {
      read(key, 3);
      put(key);
    }
    read('a', 2);
    read('c', 4);
    put('c');
    assert.deepEqual([answer('a'), answer('c')], ['a', 'c']);
    assert.equal(local.getStale('b'), undefined);
    assert.match(await metrics.text(), /tiffin_cache_local_drops_total\{service="goods",reason="cold"\} 1/);
  });

  it('halves all counts each ten seconds, so that what was hot once gives its place up', async () => {
    const { clock, local, read, put } = setUp({ minReads: 8 });
    read('hot', 8);
    put('hot');
    await clock.advance(10_000);
    read('other', 1);
    assert.deepEqual(local.hottest(10), [{ key: 'hot', count: 4 }]);
    assert.ok(local.getStale('hot'));
    await clock.advance(10_000);
    read('other', 1);
    assert.deepEqual([local.hottest(10), local.getStale('hot')], [[], undefined]);
  });

  it('makes up for the halvings of a long silence', async () => {
    const { clock, local, read } = setUp({ minReads: 8 });
    read('hot', 1_000);
    await clock.advance(24 * 3_600_000);
    read('other', 1);
    assert.deepEqual(local.hottest(10), []);
  });

  it('counts the reads that it answers itself', () => {
    const { local, read, put } = setUp();
    read('hot', 3);
    put('hot');
    read('hot', 20);
    assert.deepEqual(local.hottest(1), [{ key: 'hot', count: 23 }]);
  });

  it('is bounded in entries and in bytes, and says how much it keeps', async () => {
    const { metrics, local, read, put } = setUp({ maxEntries: 10, maxBytes: 1_000 });
    for (let n = 0; n < 9; n++) {
      read(`key-${n}`, 4);
      put(`key-${n}`, 'large', 300);
    }
    // A key has 5 letters.
    assert.match(await metrics.text(), /tiffin_cache_local_bytes\{service="goods"\} 915/);
    assert.match(await metrics.text(), /tiffin_cache_local_entries\{service="goods"\} 3/);
    put('key-8', 'too large', 1_001);
    assert.equal(local.get('key-8'), undefined);
    for (let n = 0; n < 50; n++) {
      read(`more-${n}`, 10 + n);
      put(`more-${n}`, 'small', 1);
    }
    assert.match(await metrics.text(), /tiffin_cache_local_entries\{service="goods"\} 10/);
  });

  it('takes keys for hot that it is told of', () => {
    const { local, put, answer } = setUp();
    local.heat(['told']);
    put('told');
    assert.equal(answer('told'), 'told');
  });
});

describe('a drop', () => {
  /** Reads a value, hears of a write to its key, and puts the value: what the next reader gets. */
  function race(local: LocalCache, drop: () => void): unknown {
    for (let n = 0; n < 3; n++) local.get('hot');
    const { moment } = local;
    drop();
    local.put('hot', { value: { name: 'before the write' }, readAtMs: 1 }, 10, moment);
    return local.get('hot')?.value;
  }

  it('refuses what was read before it', () => {
    const { local } = setUp();
    assert.equal(
      race(local, () => local.drop(['hot'])),
      undefined,
    );
    assert.equal(
      race(local, () => local.dropAll()),
      undefined,
    );
  });

  it('would be in vain without the moments', () => {
    const { local } = setUp();
    const unwatched: LocalCache = {
      ...local,
      put: (key, entry, bytes) => local.put(key, entry, bytes, local.moment),
    };
    const old = { name: 'before the write' };
    assert.deepEqual(
      race(unwatched, () => local.drop(['hot'])),
      old,
    );
    assert.deepEqual(
      race(unwatched, () => local.dropAll()),
      old,
    );
  });

  it('lets through what was read after it, and what other keys hold', () => {
    const { local, read, put, answer } = setUp();
    read('other', 3);
    put('other');
    read('hot', 3);
    put('hot', 'old');
    local.drop(['hot']);
    assert.deepEqual(
      [answer('hot'), local.getStale('hot'), answer('other')],
      [undefined, undefined, 'other'],
    );
    put('hot', 'new');
    assert.equal(answer('hot'), 'new');
  });

  it('of everything leaves what was kept for a time of need, but not what is known to be old', () => {
    const { local, read, put, answer } = setUp();
    for (const key of ['hot', 'written']) {
      read(key, 3);
      put(key);
    }
    local.drop(['written']);
    // As when Redis is lost, and is not found again: each time something may have been missed.
    for (let times = 0; times < 3; times++) local.dropAll();
    assert.deepEqual([answer('hot'), local.getStale('hot')?.value], [undefined, { name: 'hot' }]);
    assert.deepEqual([answer('written'), local.getStale('written')], [undefined, undefined]);
    put('hot', 'new');
    assert.equal(answer('hot'), 'new');
  });

  it('does not refuse what was read of another key before it', () => {
    const { local, read, answer } = setUp();
    read('other', 3);
    const { moment } = local;
    local.drop(['hot']);
    local.put('other', { value: { name: 'fine' }, readAtMs: 1 }, 10, moment);
    assert.equal(answer('other'), 'fine');
  });

  it('is not forgotten when there were too many: then all that was read before is refused', () => {
    const { local, read, put, answer } = setUp({ maxDrops: 2 });
    for (const key of ['hot', 'other', 'third']) read(key, 3);
    const before = local.moment;
    local.drop(['hot']);
    const after = local.moment;
    local.drop(['x']);
    local.drop(['y']);
    const entry = { value: { name: 'read before' }, readAtMs: 1 };
    local.put('hot', entry, 10, before);
    local.put('other', entry, 10, before);
    assert.deepEqual([answer('hot'), answer('other')], [undefined, undefined]);
    local.put('third', entry, 10, after);
    assert.equal(answer('third'), 'read before');
    put('hot', 'now');
    assert.equal(answer('hot'), 'now');
  });

  it('of one key over and over does not push out the others', () => {
    const { local, read, answer } = setUp({ maxDrops: 2 });
    read('other', 3);
    const { moment } = local;
    for (let n = 0; n < 100; n++) local.drop(['hot']);
    local.put('other', { value: { name: 'fine' }, readAtMs: 1 }, 10, moment);
    assert.equal(answer('other'), 'fine');
  });

  it('forgets those first that were longest ago', () => {
    const { local, read, answer } = setUp({ maxDrops: 2 });
    read('hot', 3);
    local.drop(['a']);
    local.drop(['b']);
    const { moment } = local;
    local.drop(['a']);
    local.drop(['c']);
    local.put('hot', { value: { name: 'read after b' }, readAtMs: 1 }, 10, moment);
    assert.equal(answer('hot'), 'read after b');
  });

  it('is counted, and the gauges go with the cache', async () => {
    const { metrics, local, read, put } = setUp();
    for (const key of ['a', 'b', 'c']) {
      read(key, 3);
      put(key);
    }
    local.drop(['a', 'unknown']);
    local.dropAll();
    local.dropAll();
    const text = await metrics.text();
    assert.match(text, /drops_total\{service="goods",reason="written"\} 1/);
    assert.match(text, /drops_total\{service="goods",reason="all"\} 2/);
    assert.match(text, /local_entries\{service="goods"\} 2/);
    local.stop();
    put('b');
    assert.match(await metrics.text(), /local_entries\{service="goods"\} 0/);
  });
});
