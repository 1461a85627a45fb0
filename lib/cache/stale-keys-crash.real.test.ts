import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../clock/clock.ts';
import { type Database, openDatabase } from '../engines/database.ts';
import { closeRedis, openRedis, type RedisClient } from '../engines/redis.ts';
import { createRealPostgres, type RealPostgres } from '../testing/real-postgres.ts';
import { type RealRedis, startRealRedis } from '../testing/real-redis.ts';
import { countMarks, pantrySchema } from './testing/pantry-bed.ts';
import { openPantryCache, type PantryCache } from './testing/pantry-cache.ts';

const CRASHES = 1_000;
/** Commits that one process has sent when it is killed. */
const COMMITS = 20;
/** Processes that live at once. */
const WRITERS = 2;
const SWEEPERS = 2;
const MAX_STALE_MS = 5_000;
const LOOK_EVERY_MS = 50;
const program = fileURLToPath(new URL('./testing/dying-writer.ts', import.meta.url));

let server: RealPostgres;
let redisServer: RealRedis;
let database: Database;
let redis: RedisClient;
let pantry: PantryCache;
/** Undefined: whoever commits here hears no notices. */
let onStaleKeys: ((keys: readonly string[]) => Promise<void>) | undefined;
before(async () => {
  server = await createRealPostgres();
  redisServer = await startRealRedis();
  database = await openDatabase({
    ...pantrySchema,
    url: server.url,
    statementTimeoutMs: 10_000,
    onStaleKeys: async (keys) => onStaleKeys?.(keys),
  });
  redis = await openRedis({ url: redisServer.url, commandTimeoutMs: 1_000 });
  pantry = openPantryCache({ database, redis, clock: systemClock });
  await database.query(`insert into pantry.jar select n, '0' from generate_series(1, ${CRASHES}) as n`);
  await database.query('truncate pantry.stale_key');
});
after(async () => {
  await database.close();
  await closeRedis(redis);
  await server.drop();
  await redisServer.stop();
});

const idsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => String(first + index));

/** Resolves when the process is dead and all its commits stand. */
async function crash(first: number): Promise<void> {
  const args = [program, server.url, String(first), String(COMMITS)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [, signal] = await once(child, 'exit');
  assert.equal(signal, 'SIGKILL', 'it died in the middle of its work');
}

test('the control: without a sweeper a crash leaves keys stale; a sweep heals them', async () => {
  const ids = idsFrom(1, COMMITS);
  assert.deepEqual(await pantry.stale(ids, '0'), []);
  await crash(1);
  await delay(1_000);
  assert.deepEqual(await pantry.stale(ids, '0'), [], 'the cache knows nothing of it');
  assert.equal(await countMarks(database), COMMITS);
  const stop = pantry.sweep('lives');
  while ((await countMarks(database)) > 0) await delay(LOOK_EVERY_MS);
  await stop();
  assert.equal((await pantry.stale(ids, '0')).length, COMMITS);
});

test(`${CRASHES} crashes between commit and delete: no key is stale for longer than 5 s`, async (t) => {
  const ids = idsFrom(1, CRASHES);
  await database.query("update pantry.jar set jam = '0'");
  await database.query('truncate pantry.stale_key');
  await redis.flushall();
  assert.deepEqual(await pantry.stale(ids, '0'), []);
  const stops = Array.from({ length: SWEEPERS }, () => pantry.sweep('lives'));

  const next = ids.filter((_, index) => index % COMMITS === 0).values();
  const writer = async () => {
    for (const first of next) await crash(Number(first));
  };
  const writing = Promise.all(Array.from({ length: WRITERS }, writer));
  let failed: unknown;
  writing.catch((error) => {
    failed = error;
  });
  /** What was written is the time, a little before its commit: a key counts as stale for too long rather than too short. */
  const staleMs: number[] = [];
  let old = ids;
  while (old.length > 0 && failed === undefined) {
    const jams = await pantry.jams(old);
    for (const id of old) if (jams.get(id) !== '0') staleMs.push(Date.now() - Number(jams.get(id)));
    old = old.filter((id) => jams.get(id) === '0');
    const [late] = await database.query<{ rows: string }>(
      `select count(*) as rows from pantry.jar where id = any(?::int[]) and jam <> '0' and jam < ?`,
      [`{${old.join()}}`, String(Date.now() - MAX_STALE_MS)],
    );
    assert.equal(Number(late?.rows), 0, 'some keys are still stale after 5 s');
    await delay(LOOK_EVERY_MS);
  }
  await writing;
  await Promise.all(stops.map((stop) => stop()));
  assert.equal(staleMs.length, CRASHES);
  const longestMs = Math.max(...staleMs);
  t.diagnostic(`the stalest key was stale for ${longestMs} ms`);
  assert.ok(longestMs <= MAX_STALE_MS);
});

test('who lives deletes before its commit is known; without the notices it lasts until the sweep', async () => {
  const ids = idsFrom(1, 200);
  const write = (id: string, jam: string) =>
    database.transaction((em) => em.execute('update pantry.jar set jam = ? where id = ?', [jam, Number(id)]));
  await pantry.jams(ids);
  for (const id of ids) await write(id, 'unheard');
  assert.equal((await pantry.stale(ids, 'unheard')).length, ids.length, 'the control');
  const stop = pantry.sweep('lives');
  while ((await countMarks(database)) > 0) await delay(LOOK_EVERY_MS);
  await stop();
  assert.deepEqual(await pantry.stale(ids, 'unheard'), []);
  onStaleKeys = (keys) => pantry.deleter.delete(keys, Date.now());
  for (const id of ids) {
    await write(id, 'heard');
    assert.deepEqual(await pantry.stale([id], 'heard'), []);
  }
});

test('a failover that takes a delete back is healed by the sweeper; one that came at once would miss it', async () => {
  const id = '1';
  for (const [minAgeMs, expected] of [
    [0, [id]],
    [undefined, []],
  ] as const) {
    const bed = openPantryCache({ database, redis, clock: systemClock, ...(minAgeMs === 0 && { minAgeMs }) });
    onStaleKeys = (keys) => bed.deleter.delete(keys, Date.now());
    await bed.jams([id]);
    const old = await redis.getBuffer(`pj:${id}`);
    assert.ok(old);
    const stop = bed.sweep('lives');
    const jam = `after ${minAgeMs}`;
    await database.query('update pantry.jar set jam = ? where id = ?', [jam, Number(id)]);
    await delay(1_200);
    // What the replica still had.
    await redis.set(`pj:${id}`, old, 'PX', 60_000);
    while ((await countMarks(database)) > 0) await delay(LOOK_EVERY_MS);
    await stop();
    assert.deepEqual(await bed.stale([id], jam), expected);
  }
});
