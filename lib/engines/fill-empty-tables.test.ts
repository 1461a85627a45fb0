import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { fillEmptyTables } from './fill-empty-tables.ts';

let bed: TestDatabase;
before(async () => {
  bed = await openTestDatabase({ schema: 'farm', entities: [], migrations: [] });
  await bed.database.query('create table farm.barn (id int); create table farm.cow (id int)');
});
after(() => bed.stop());
beforeEach(() => bed.database.query('truncate farm.barn, farm.cow'));

const fill = () =>
  fillEmptyTables(bed.database, ['farm.barn', 'farm.cow'], async (em) => {
    await em.execute('insert into farm.barn values (1)');
  });
const barns = () => bed.database.query('select id from farm.barn');

test('of several who fill at once, one does', async () => {
  const filled = await Promise.all([fill(), fill(), fill()]);
  assert.deepEqual(filled.toSorted(), [false, false, true]);
  assert.equal((await barns()).length, 1);
});

test('a row in any of the tables keeps all as they are', async () => {
  await bed.database.query('insert into farm.cow values (1)');
  assert.equal(await fill(), false);
  assert.deepEqual(await barns(), []);
});

test('a failure leaves nothing behind', async () => {
  const failing = fillEmptyTables(bed.database, ['farm.barn'], async (em) => {
    await em.execute('insert into farm.barn values (1)');
    throw new Error('half-way');
  });
  await assert.rejects(failing, /half-way/);
  assert.deepEqual(await barns(), []);
});
