import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { openRedis } from '../../engines/redis.ts';
import { TaskScope } from '../../lifecycle/task-scope.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import type { HotKey } from './heavy-keeper.ts';
import { createHotKeyList, recordHotKeys } from './hot-key-list.ts';

let keyspaces = 0;

async function setUp() {
  const clock = new VirtualClock();
  const redis = await openRedis({ keyspace: `hot-key-list-${++keyspaces}` });
  return { clock, redis, list: createHotKeyList(redis, 'goods', clock) };
}

const keys = (count: number, prefix: string, reads: number): HotKey[] =>
  Array.from({ length: count }, (_, n) => ({ key: `${prefix}:${n}`, count: reads + n }));

describe('the list of hot keys', () => {
  it('merges what several processes found, the hottest first, and lives a day', async () => {
    const { redis, list } = await setUp();
    assert.deepEqual(await list.read(), []);
    await list.record([
      { key: 'a', count: 100 },
      { key: 'b', count: 10 },
    ]);
    await list.record([{ key: 'c', count: 50 }]);
    assert.deepEqual(await list.read(), ['a', 'c', 'b']);
    const ttlSeconds = await redis.ttl('goods:hot');
    assert.ok(ttlSeconds > 86_390 && ttlSeconds <= 86_400, String(ttlSeconds));
  });

  it('lets what was hot sink below what is: ten minutes count as twice the reads', async () => {
    const { clock, list } = await setUp();
    await list.record([{ key: 'yesterday', count: 1_000 }]);
    await clock.advance(90 * 60_000);
    await list.record([{ key: 'now', count: 1 }]);
    assert.deepEqual(await list.read(), ['yesterday', 'now']);
    await clock.advance(10 * 60_000);
    await list.record([{ key: 'now', count: 1 }]);
    assert.deepEqual(await list.read(), ['now', 'yesterday']);
  });

  it('is bounded, in what one process records and in all', async () => {
    const { redis, list } = await setUp();
    for (const [index, prefix] of ['a', 'b', 'c', 'd'].entries()) {
      await list.record(keys(150, prefix, 1_000 * (index + 1)));
      assert.ok((await redis.zcard('goods:hot')) <= 200);
    }
    const listed = await list.read();
    assert.deepEqual([listed.length, listed[0]], [200, 'd:99']);
    assert.deepEqual(new Set(listed.map((key) => key[0])), new Set(['c', 'd']));
  });

  it('stays as it is when nothing is hot', async () => {
    const { redis, list } = await setUp();
    await list.record([]);
    assert.equal(await redis.exists('goods:hot'), 0);
  });
});

describe('recordHotKeys', () => {
  it('records the hottest hundred each 30 seconds, 10 % more or less, whatever fails', async () => {
    for (const [random, intervalMs] of [
      [0, 27_000],
      [1, 33_000],
    ] as const) {
      const clock = new VirtualClock();
      const scope = new TaskScope({ clock, logger: silentLogger, metrics: createMetrics() });
      const recorded: string[] = [];
      const local = { hottest: (maxKeys: number) => keys(maxKeys, 'k', 1) };
      const record = async (hot: readonly HotKey[]) => {
        recorded.push(`${hot.length} at ${clock.now() - startMs}`);
        if (recorded.length === 1) throw new Error('away');
      };
      const startMs = clock.now();
      recordHotKeys(scope, local, { record }, () => random);
      await clock.advance(2 * intervalMs);
      await scope.stop();
      assert.deepEqual(recorded, [`100 at ${intervalMs}`, `100 at ${2 * intervalMs}`]);
    }
  });
});
