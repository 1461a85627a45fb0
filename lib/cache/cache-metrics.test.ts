import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createCacheMetrics } from './cache-metrics.ts';

function setUp() {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const text = async () =>
    (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { clock, cacheMetrics: createCacheMetrics(metrics, 'goods', clock), text };
}

describe('the metrics of a cache', () => {
  it('count keys by where their answer came from, and nothing where there were none', async () => {
    const { cacheMetrics, text } = setUp();
    cacheMetrics.read('item', 'hit', 48);
    cacheMetrics.read('item', 'miss', 2);
    cacheMetrics.read('item', 'local', 0);
    cacheMetrics.loading('item', 2);
    cacheMetrics.filled('item', [true, false]);
    const lines = await text();
    for (const line of [
      'tiffin_cache_reads_total{service="goods",kind="item",outcome="hit"} 48',
      'tiffin_cache_reads_total{service="goods",kind="item",outcome="miss"} 2',
      'tiffin_cache_loads_total{service="goods",kind="item"} 1',
      'tiffin_cache_loaded_keys_total{service="goods",kind="item"} 2',
      'tiffin_cache_fills_total{service="goods",kind="item",outcome="kept"} 1',
      'tiffin_cache_fills_total{service="goods",kind="item",outcome="late"} 1',
    ])
      assert.ok(lines.includes(line), line);
    assert.ok(!lines.some((line) => line.includes('outcome="local"')));
  });

  /** A value that was read at once is served after so long; meanwhile, if at all, its key is written. */
  async function stalenessSeconds({ writtenAfterMs = 0, servedAfterMs = 0, readAfterMs = 0 }) {
    const { clock, cacheMetrics, text } = setUp();
    const startMs = clock.now();
    clock.jump(servedAfterMs);
    cacheMetrics.served('goods:1', startMs + readAfterMs);
    clock.jump(1_000);
    cacheMetrics.written('goods:1', startMs + writtenAfterMs);
    cacheMetrics.written('goods:2', startMs + writtenAfterMs);
    const line = (await text()).find((each) => each.startsWith('tiffin_cache_staleness_seconds_sum'));
    return line && Number(line.split(' ').at(-1));
  }

  it('tell how long after a write the older value was still answered', async () => {
    assert.equal(await stalenessSeconds({ writtenAfterMs: 100, servedAfterMs: 350 }), 0.25);
  });

  it('tell nothing where the answer came before the write, or was read after it', async () => {
    assert.equal(await stalenessSeconds({ writtenAfterMs: 400, servedAfterMs: 350 }), undefined);
    assert.equal(
      await stalenessSeconds({ writtenAfterMs: 100, readAfterMs: 100, servedAfterMs: 350 }),
      undefined,
    );
  });

  it('remember the answers to 10,000 keys, and forget the oldest first', async () => {
    const { clock, cacheMetrics, text } = setUp();
    const startMs = clock.now();
    clock.jump(10);
    for (let n = 0; n <= 10_000; n++) cacheMetrics.served(`goods:${n}`, startMs);
    for (let n = 0; n <= 10_000; n++) cacheMetrics.written(`goods:${n}`, startMs + 5);
    const lines = await text();
    assert.ok(lines.includes('tiffin_cache_staleness_seconds_count{service="goods"} 10000'));
  });
});
