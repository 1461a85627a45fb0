import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { warmKind } from '../cache/hot/warm-up.ts';
import { type Thing, things } from '../cache/testing/test-kind.ts';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { openRedis } from '../engines/redis.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { openCache } from './open-cache.ts';

let keyspaces = 0;

/** Processes of one service, upon one database and one Redis. */
function setUp(t: TestContext) {
  const clock = new VirtualClock();
  const keyspace = `open-cache-${++keyspaces}`;
  const rows = new Map<string, Thing>();
  let loads = 0;
  const load = async (ids: readonly string[]) => {
    loads++;
    return new Map(
      ids.flatMap((id) => (rows.has(id) ? [[id, { ...(rows.get(id) as Thing) }] as const] : [])),
    );
  };

  async function open(env: Readonly<Record<string, string>> = {}) {
    const redis = await openRedis({ keyspace });
    const metrics = createMetrics();
    const opened = await openCache(
      { clock, metrics, env, logger: silentLogger, redis: () => redis },
      'goods',
    );
    t.after(() => opened.stop());
    const read = async (id: string) =>
      (await opened.cache.find(things, [id], { deadlineMs: Infinity }, load)).get(id)?.n;
    return {
      ...opened,
      read,
      warmUp: () => opened.warmUp([warmKind(things, load)]),
      /** So that it is hot. */
      async readOften(id: string) {
        for (let times = 0; times < 20; times++) await read(id);
      },
      async localReads() {
        return Number(/reads_total\{.*outcome="local"\} (\d+)/.exec(await metrics.text())?.[1] ?? 0);
      },
      async write(id: string, n: number) {
        rows.set(id, { n });
        await opened.onStaleKeys([things.key(id)]);
      },
    };
  }
  return { clock, rows, open, loads: () => loads };
}

describe('the caches of two processes', () => {
  it('answer what the other wrote, though each keeps the value for itself', async (t) => {
    const { clock, rows, open } = setUp(t);
    const [a, b] = [await open(), await open()];
    rows.set('1', { n: 1 });
    for (const process of [a, b]) {
      await process.readOften('1');
      assert.ok((await process.localReads()) > 5);
    }
    // Time stands still: nothing ends by itself.
    await a.write('1', 2);
    await clock.advance(0);
    assert.deepEqual([await a.read('1'), await b.read('1')], [2, 2]);
  });

  it('would answer something older for seconds, if nobody told them', async (t) => {
    const { clock, rows, open } = setUp(t);
    const [reader, writer] = [await open(), await open()];
    rows.set('1', { n: 1 });
    await reader.readOften('1');
    rows.set('1', { n: 2 });
    assert.equal(await reader.read('1'), 1, 'without a word');
    await clock.advance(2_800);
    assert.equal(await reader.read('1'), 1);
    await writer.write('1', 2);
    await clock.advance(0);
    assert.equal(await reader.read('1'), 2);
  });

  it('warm a third one up', async (t) => {
    const { clock, rows, open, loads } = setUp(t);
    const a = await open();
    rows.set('1', { n: 1 });
    await a.readOften('1');
    await clock.advance(34_000);
    const b = await open();
    await b.warmUp();
    const before = loads();
    assert.equal(await b.read('1'), 1);
    assert.deepEqual([loads() - before, await b.localReads()], [0, 1]);
  });
});

describe('a cache without a part in the process', () => {
  it('answers from Redis alone, and tells those that have one', async (t) => {
    const { clock, rows, open, loads } = setUp(t);
    const [shared, on] = [await open({ CACHE: 'shared' }), await open()];
    rows.set('1', { n: 1 });
    await shared.readOften('1');
    await on.readOften('1');
    assert.deepEqual([await shared.localReads(), loads()], [0, 1]);
    await shared.write('1', 2);
    await clock.advance(0);
    assert.deepEqual([await on.read('1'), await shared.read('1')], [2, 2]);
  });

  it('tells them even where it reads nothing', async (t) => {
    const { clock, rows, open } = setUp(t);
    const [off, on] = [await open({ CACHE: 'off' }), await open()];
    rows.set('1', { n: 1 });
    await on.readOften('1');
    await off.write('1', 2);
    await clock.advance(0);
    assert.deepEqual([await on.read('1'), await off.read('1')], [2, 2]);
  });
});
