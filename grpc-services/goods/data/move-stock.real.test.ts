import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Database, openDatabase } from '@tiffin/lib/engines/database';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { goodsSchema } from '../goods-test-bed.ts';
import { assertLedgerTells } from '../stock-ledger-check.ts';
import { insertDemoData } from './demo-data.ts';
import { insertGoods } from './goods-store.ts';
import { moveStock } from './move-stock.ts';

const maxAvailable = 1_000_000;
let server: RealPostgres;
let database: Database;
before(async () => {
  server = await createRealPostgres();
  // Waiting for the row's lock counts as the statement's time.
  database = await open();
});
after(async () => {
  await database.close();
  await server.drop();
});

const open = () =>
  openDatabase({ ...goodsSchema, url: server.url, poolSize: 20, statementTimeoutMs: 10_000 });

test('of 200 buyers who compete for the last 50 units, exactly 50 get one', async () => {
  await insertGoods(database.fork(), goodsWithoutStock('1'));
  await moveStock(database.fork(), move('1', 50), maxAvailable);
  const taken = await Promise.all(
    Array.from({ length: 200 }, () => moveStock(database.fork(), move('1', -1), maxAvailable)),
  );
  const balances = taken.flatMap((goods) => goods?.available ?? []);
  const expected = Array.from({ length: 50 }, (_, index) => 49 - index);
  assert.deepEqual(
    balances.sort((a, b) => b - a),
    expected,
  );
  assert.equal((await assertLedgerTells(database, '1')).length, 51);
});

test('the entries stand in the order in which sessions that compete moved the stock', async () => {
  await insertGoods(database.fork(), goodsWithoutStock('2'));
  const deltas = Array.from({ length: 300 }, (_, index) => (index % 3 === 0 ? 7 : -3));
  const moved = await Promise.all(
    deltas.map((delta) => moveStock(database.fork(), move('2', delta), maxAvailable)),
  );
  const entries = await assertLedgerTells(database, '2');
  assert.equal(entries.length, moved.filter(Boolean).length);
});

test('of processes that start at once, one brings the demo data', async () => {
  await database.query('truncate goods.goods, goods.category, goods.stock_entry');
  const databases = await Promise.all(Array.from({ length: 4 }, open));
  const inserted = await Promise.all(databases.map((each) => insertDemoData(each)));
  await Promise.all(databases.map((each) => each.close()));
  assert.deepEqual(inserted.filter(Boolean), [true]);
  const [count] = await database.query<{ goods: string }>('select count(*) as goods from goods.goods');
  assert.equal(count?.goods, '5000');
});

function move(goodsId: string, delta: number) {
  return { goodsId, delta, reason: 'Test', actorId: undefined, atMs: 1_900_000_000_000 };
}

function goodsWithoutStock(id: string) {
  const price = { amountCents: 100, currency: 'EUR' };
  return {
    id,
    shopId: '7',
    name: 'Bread',
    description: '',
    price,
    categoryIds: [],
    available: 0,
    version: 1,
  };
}
