import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { Database } from '../engines/database.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { sweepsStaleKeys } from './sweep-stale-keys.ts';
import { countMarks, pantrySchema } from './testing/pantry-bed.ts';

let bed: TestDatabase;
before(async () => {
  bed = await openTestDatabase(pantrySchema);
});
after(() => bed.stop());
beforeEach(() => bed.database.query('truncate pantry.jar, pantry.stale_key'));

type Attempt = (keys: readonly string[], writtenAtMs: number) => Promise<boolean>;

function sweeperOf(
  attempt: Attempt,
  database: Pick<Database, 'query' | 'schema'> = bed.database,
  more: { readonly minAgeMs?: number } = {},
) {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const options = {
    database,
    deleter: { attempt },
    clock,
    logger: silentLogger,
    metrics,
    random: () => 1,
    minAgeMs: 0,
    ...more,
  };
  const stop = new AbortController();
  return { clock, metrics, stop, run: () => sweepsStaleKeys(options).run(stop.signal) };
}

/** One sweeper's work on all marks that there are; `attempt` is what it does with the keys. */
async function sweepAll(attempt: Attempt): Promise<string> {
  const { clock, metrics, stop, run } = sweeperOf(attempt);
  const done = run();
  while ((await countMarks(bed.database)) > 0) await clock.advance(500);
  stop.abort();
  await done;
  return metrics.text();
}

const fill = (jars: number, at = 1) =>
  bed.database.query(
    `insert into pantry.jar select n, 'plum' from generate_series(${at}, ${at + jars - 1}) as n`,
  );

test('each key is deleted once in a sweep, then its marks', async () => {
  await fill(3);
  await bed.database.query("update pantry.jar set jam = 'fig' where id < 3");
  assert.equal(await countMarks(bed.database), 5);
  const swept: string[][] = [];
  let writtenAtMs = 0;
  await sweepAll(async (keys, atMs) => {
    swept.push([...keys]);
    writtenAtMs = atMs;
    return true;
  });
  assert.deepEqual(swept, [['pj:1', 'pj:2', 'pj:3']]);
  assert.ok(Math.abs(Date.now() - writtenAtMs) < 60_000, 'it says since when they are stale');
});

test('more marks than one sweep takes are swept without a pause', async () => {
  await fill(1_200);
  const { clock, metrics, stop, run } = sweeperOf(async (keys) => {
    sizes.push(keys.length);
    return true;
  });
  const sizes: number[] = [];
  const done = run();
  while ((await countMarks(bed.database)) > 0) await clock.advance(0);
  stop.abort();
  await done;
  assert.deepEqual(sizes, [500, 500, 200]);
  assert.match(await metrics.text(), /tiffin_cache_stale_keys_waiting\{schema="pantry"\} 1200/);
});

test('a mark that comes while its key is deleted stays for the next sweep', async () => {
  await fill(1);
  let attempts = 0;
  await sweepAll(async () => {
    attempts++;
    if (attempts === 1) await bed.database.query("update pantry.jar set jam = 'fig'");
    return true;
  });
  assert.equal(attempts, 2);
});

test('a young mark waits, and holds up no older one', async () => {
  await fill(3);
  await bed.database.query(
    "update pantry.stale_key set written_at = written_at - interval '3 s' where key in ('pj:1', 'pj:3')",
  );
  const swept: string[][] = [];
  const attempt: Attempt = async (keys) => {
    swept.push([...keys]);
    return true;
  };
  // The clock of the database is a real one.
  const { clock, stop, run } = sweeperOf(attempt, bed.database, { minAgeMs: 2_000 });
  const done = run();
  while ((await countMarks(bed.database)) > 1) await clock.advance(500);
  assert.deepEqual(swept, [['pj:1', 'pj:3']]);
  await bed.database.query("update pantry.stale_key set written_at = written_at - interval '3 s'");
  while ((await countMarks(bed.database)) > 0) await clock.advance(500);
  assert.deepEqual(swept, [['pj:1', 'pj:3'], ['pj:2']]);
  stop.abort();
  await done;
});

test('marks stay while the store does not delete', async () => {
  await fill(2);
  let attempts = 0;
  await sweepAll(async () => {
    attempts++;
    if (attempts === 4) return true;
    assert.equal(await countMarks(bed.database), 2);
    return false;
  });
  assert.equal(attempts, 4);
});

test('two sweepers harm each other in nothing', async () => {
  await fill(700);
  const swept = new Set<string>();
  const attempt: Attempt = async (keys) => {
    await new Promise(setImmediate);
    for (const key of keys) swept.add(key);
    return true;
  };
  await Promise.all([sweepAll(attempt), sweepAll(attempt)]);
  assert.equal(swept.size, 700);
});

/** Its answers take no time. */
const oneMark = {
  schema: 'pantry',
  query: async (sql: string) => (/^select id/.test(sql) ? [{ id: '1', key: 'pj:1', written_ms: '5' }] : []),
} as unknown as Database;

test('it looks each half second; while the store is away more seldom, but within 2 s', async () => {
  let isAway = false;
  const atMs: number[] = [];
  const { clock, stop, run } = sweeperOf(async () => {
    atMs.push(clock.now());
    return !isAway;
  }, oneMark);
  const beganMs = clock.now();
  const done = run();
  await clock.advance(0);
  await clock.advance(1_000);
  isAway = true;
  await clock.advance(12_000);
  isAway = false;
  await clock.advance(4_500);
  stop.abort();
  await done;
  assert.deepEqual(
    atMs.map((ms) => ms - beganMs),
    [
      0, 500, 1_000, 1_500, 2_500, 4_500, 6_500, 8_500, 10_500, 12_500, 14_500, 15_000, 15_500, 16_000,
      16_500, 17_000, 17_500,
    ],
  );
});
