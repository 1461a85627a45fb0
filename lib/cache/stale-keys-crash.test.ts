import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { DemoRandom } from '../demo/demo-random.ts';
import { type Database, openDatabase } from '../engines/database.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../engines/embedded-postgres.ts';
import { closeRedis, openRedis, type RedisClient } from '../engines/redis.ts';
import { emptyCluster } from '../testing/empty-cluster.ts';
import { countMarks, pantrySchema } from './testing/pantry-bed.ts';
import { openPantryCache, type PantryCache, type SweeperFate } from './testing/pantry-cache.ts';

const CRASHES = 1_000;
/** Crashes of one round: so many processes die between their commits and their deletes. */
const ROUND = 50;
const STEP_MS = 100;
const MAX_STALE_MS = 5_000;
const seed = Number(process.env['CACHE_SEED'] ?? 1);
const random = DemoRandom.of('stale-keys-crash', seed);

let embedded: EmbeddedPostgres;
let database: Database;
let redis: RedisClient;
/** Undefined: whoever commits dies before it is told of anything. */
let onStaleKeys: ((keys: readonly string[]) => Promise<void>) | undefined;
before(async () => {
  embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
  database = await openDatabase({
    ...pantrySchema,
    embedded,
    onStaleKeys: async (keys) => onStaleKeys?.(keys),
  });
  redis = await openRedis({ keyspace: 'stale-keys-crash' });
});
after(async () => {
  await database.close();
  await embedded.close();
  await closeRedis(redis);
});

const ids = Array.from({ length: ROUND }, (_, index) => String(index + 1));

/** Jars full of plums, in the database and in the cache. */
async function openPantry(clock: VirtualClock): Promise<PantryCache> {
  onStaleKeys = undefined;
  await database.query('truncate pantry.jar, pantry.stale_key');
  await redis.flushall();
  await database.query(`insert into pantry.jar select n, 'plum' from generate_series(1, ${ROUND}) as n`);
  await database.query('truncate pantry.stale_key');
  // The database knows no time but the real one.
  const pantry = openPantryCache({ database, redis, clock, minAgeMs: 0 });
  assert.deepEqual(await pantry.stale(ids, 'plum'), []);
  return pantry;
}

const write = (id: string, jam: string) =>
  database.transaction((em) => em.execute('update pantry.jar set jam = ? where id = ?', [jam, Number(id)]));

/** Of the sweeper: of the process that begins after the crash, or of another that was there before. */
const fates: readonly (SweeperFate | 'another lives')[] = [
  'lives',
  'dies before the delete',
  'dies after the delete',
  'another lives',
];

test(`${CRASHES} crashes between commit and delete: no key is stale for longer than 5 s, CACHE_SEED=${seed}`, async () => {
  const clock = new VirtualClock();
  const pantry = await openPantry(clock);
  const staleMs: number[] = [];
  let deaths = 0;
  for (let round = 1; round <= CRASHES / ROUND; round++) {
    const jam = `jam ${round}`;
    const fate = fates[random.between(0, fates.length - 1)] ?? 'lives';
    const stops: (() => Promise<void>)[] = [];
    if (fate === 'another lives') {
      stops.push(pantry.sweep('lives'));
      // It has just looked.
      await clock.advance(STEP_MS);
    }
    for (const id of ids) await write(id, jam);
    const committedMs = clock.now();
    assert.equal((await pantry.stale(ids, jam)).length, ROUND, 'nobody deleted anything');
    if (fate !== 'another lives') {
      // The new process takes as long to start as it may.
      await clock.advance(random.between(0, 2_000));
      stops.push(pantry.sweep(fate));
    }
    if (fate === 'dies before the delete' || fate === 'dies after the delete') {
      deaths++;
      await clock.advance(1_000);
      stops.push(pantry.sweep('lives'));
    }
    let stale = ids;
    while (stale.length > 0) {
      assert.ok(
        clock.now() - committedMs <= MAX_STALE_MS,
        `${stale.length} keys are stale in round ${round}`,
      );
      const left = await pantry.stale(stale, jam);
      for (let n = left.length; n < stale.length; n++) staleMs.push(clock.now() - committedMs);
      stale = left;
      if (stale.length > 0) await clock.advance(STEP_MS);
    }
    while ((await countMarks(database)) > 0) await clock.advance(STEP_MS);
    await Promise.all(stops.map((stop) => stop()));
    // The last sweep may have come after the last look.
    assert.deepEqual(await pantry.stale(ids, jam), []);
  }
  assert.equal(staleMs.length, CRASHES);
  assert.ok(deaths > 0, 'some sweepers died as well');
});

test('the control: without a sweeper they stay stale', async () => {
  const clock = new VirtualClock();
  const pantry = await openPantry(clock);
  for (const id of ids) await write(id, 'fig');
  await clock.advance(60_000);
  assert.equal((await pantry.stale(ids, 'fig')).length, ROUND);
  assert.equal(await countMarks(database), ROUND);
});

test('who lives deletes before the commit is known; without the notices it lasts until the sweep', async () => {
  const clock = new VirtualClock();
  const pantry = await openPantry(clock);
  const stop = pantry.sweep('lives');
  await clock.advance(STEP_MS);
  for (const id of ids) await write(id, 'unheard');
  assert.equal((await pantry.stale(ids, 'unheard')).length, ROUND, 'the control');
  await clock.advance(1_000);
  while ((await countMarks(database)) > 0) await clock.advance(STEP_MS);
  assert.deepEqual(await pantry.stale(ids, 'unheard'), []);
  await stop();
  onStaleKeys = (keys) => pantry.deleter.delete(keys, clock.now());
  for (const id of ids) {
    await write(id, 'heard');
    assert.deepEqual(await pantry.stale([id], 'heard'), []);
  }
});
