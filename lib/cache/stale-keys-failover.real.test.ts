import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../clock/clock.ts';
import { type Database, openDatabase } from '../engines/database.ts';
import { closeRedis, openRedis, type RedisClient } from '../engines/redis.ts';
import { createRealPostgres, type RealPostgres } from '../testing/real-postgres.ts';
import { type RealRedisCluster, startRealRedisCluster } from '../testing/real-redis-cluster.ts';
import { countMarks, pantrySchema } from './testing/pantry-bed.ts';
import { openPantryCache, type PantryCache } from './testing/pantry-cache.ts';

const JARS = 60;
const MAX_STALE_MS = 5_000;
const LOOK_EVERY_MS = 50;
const ids = Array.from({ length: JARS }, (_, index) => String(index + 1));

let server: RealPostgres;
let cluster: RealRedisCluster;
let database: Database;
let redis: RedisClient;
let pantry: PantryCache;
let onStaleKeys: (keys: readonly string[]) => Promise<unknown>;
before(async () => {
  [server, cluster] = await Promise.all([createRealPostgres(), startRealRedisCluster()]);
  database = await openDatabase({
    ...pantrySchema,
    url: server.url,
    statementTimeoutMs: 10_000,
    onStaleKeys: async (keys) => void (await onStaleKeys(keys)),
  });
  redis = await openRedis({ url: cluster.url, commandTimeoutMs: 500 });
  pantry = openPantryCache({ database, redis, clock: systemClock });
  onStaleKeys = (keys) => pantry.deleter.delete(keys, Date.now());
  await database.query(`insert into pantry.jar select n, '0' from generate_series(1, ${JARS}) as n`);
});
after(async () => {
  await database.close();
  await closeRedis(redis);
  await Promise.all([server.drop(), cluster.stop()]);
});

let writes = 0;
/** What each jar holds after the writes that are known to have succeeded. */
const jams = new Map<string, string>();
async function write(id: string): Promise<void> {
  const jam = String(++writes);
  await database.query('update pantry.jar set jam = ? where id = ?', [jam, Number(id)]);
  jams.set(id, jam);
}

/** The jars of which the cache still says something else. */
async function stale(): Promise<string[]> {
  const found = await pantry.jams(ids);
  return ids.filter((id) => found.get(id) !== jams.get(id));
}

async function sweepAll(): Promise<void> {
  const stop = pantry.sweep('lives');
  while ((await countMarks(database)) > 0) await delay(LOOK_EVERY_MS);
  await stop();
}

test('the control: what is written while a master is lost stays stale, where nobody tries again; a sweep heals it', async () => {
  for (const id of ids) await write(id);
  await sweepAll();
  assert.deepEqual(await stale(), []);
  onStaleKeys = (keys) => pantry.deleter.attempt(keys, Date.now());
  await cluster.killMaster('pj:1');
  for (const id of ids) await write(id);
  await cluster.whole();
  await delay(MAX_STALE_MS);
  assert.ok((await stale()).includes('1'));
  await sweepAll();
  assert.deepEqual(await stale(), []);
});

test('a failover in the middle of reads and writes: 5 s after it nothing is stale', async (t) => {
  onStaleKeys = (keys) => pantry.deleter.delete(keys, Date.now());
  await cluster.restore();
  const stop = pantry.sweep('lives');
  let isLost = false;
  let isOver = false;
  let reads = 0;
  const writing = async () => {
    while (!isLost) await write(ids[writes % JARS] as string);
    // And each once more while its master may be away.
    for (const id of ids) await write(id);
  };
  const reading = async () => {
    for (; !isOver; reads++) await pantry.jams(ids);
  };
  const traffic = Promise.all([writing(), reading(), reading()]);
  const before = writes;
  await delay(500);
  await cluster.killMaster('pj:1');
  isLost = true;
  await cluster.whole();
  isOver = true;
  await traffic;
  const endedMs = Date.now();
  let lastStaleMs = 0;
  while (Date.now() < endedMs + MAX_STALE_MS) {
    if ((await stale()).length > 0) lastStaleMs = Date.now() - endedMs;
    await delay(LOOK_EVERY_MS);
  }
  t.diagnostic(
    `${writes - before} writes, ${reads} reads; something stale until ${lastStaleMs} ms after the failover`,
  );
  for (let look = 0; look < 20; look++) assert.deepEqual(await stale(), []);
  await stop();
});
