import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type Database, openDatabase } from '../engines/database.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../engines/embedded-postgres.ts';
import { fillEmptyTables } from '../engines/fill-empty-tables.ts';
import { emptyCluster } from '../testing/empty-cluster.ts';
import { countMarks, pantrySchema } from './testing/pantry-bed.ts';

let embedded: EmbeddedPostgres;
let database: Database;
const told: string[] = [];
before(async () => {
  embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
  database = await openDatabase({
    ...pantrySchema,
    embedded,
    onStaleKeys: async (keys) => void told.push(...keys),
  });
});
after(async () => {
  await database.close();
  await embedded.close();
});
beforeEach(async () => {
  await database.query('truncate pantry.jar, pantry.stale_key');
  told.length = 0;
});

test('whatever statement changes a cached row marks its key, and says so when it is committed', async () => {
  await database.query("insert into pantry.jar values (1, 'plum'), (2, 'fig')");
  await database.transaction((em) => em.execute("update pantry.jar set jam = 'quince' where id = 1"));
  await database.query('delete from pantry.jar where id = 2');
  assert.deepEqual(told, ['pj:1', 'pj:2', 'pj:1', 'pj:2']);
  assert.equal(await countMarks(database), 4);
});

test('what is rolled back marks nothing', async () => {
  const change = database.transaction(async (em) => {
    await em.execute("insert into pantry.jar values (1, 'plum')");
    throw new Error('no');
  });
  await assert.rejects(change);
  assert.deepEqual([told, await countMarks(database)], [[], 0]);
});

test('the filling of an empty table marks nothing, whatever comes after it in the session does', async () => {
  const filled = await fillEmptyTables(database, ['pantry.jar'], async (em) => {
    await em.execute("insert into pantry.jar select n, 'plum' from generate_series(1, 10) as n");
  });
  assert.ok(filled);
  assert.deepEqual([told, await countMarks(database)], [[], 0]);
  await database.query("update pantry.jar set jam = 'fig' where id = 3");
  assert.deepEqual([told, await countMarks(database)], [['pj:3'], 1]);
});
