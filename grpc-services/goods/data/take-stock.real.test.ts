import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { type Database, openDatabase } from '@tiffin/lib/engines/database';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { goodsSchema } from '../goods-test-bed.ts';
import { assertLedgerTells, assertOrdersBalance } from '../stock-ledger-check.ts';
import { insertGoods } from './goods-store.ts';
import { moveStock } from './move-stock.ts';
import { returnStock } from './return-stock.ts';
import { takeStock } from './take-stock.ts';

const atMs = 1_900_000_000_000;
let server: RealPostgres;
let database: Database;
before(async () => {
  server = await createRealPostgres();
  // Waiting for a row's lock counts as the statement's time.
  database = await openDatabase({
    ...goodsSchema,
    url: server.url,
    poolSize: 20,
    statementTimeoutMs: 10_000,
  });
});
after(async () => {
  await database.close();
  await server.drop();
});

test('of 200 orders that compete for the last unit, one gets it', async () => {
  await addGoods('1', 1);
  const taken = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      takeStock(database, String(index + 1), [{ goodsId: '1', quantity: 1 }], atMs),
    ),
  );
  assert.equal(taken.filter(Boolean).length, 1);
  assert.equal((await assertLedgerTells(database, '1')).length, 2);
  assert.equal((await assertOrdersBalance(database)).size, 1);
});

test('a reservation and its release at once leave nothing taken, whichever comes first', async () => {
  await addGoods('2', 100);
  const item = { goodsId: '2', quantity: 2 };
  const orderIds = Array.from({ length: 100 }, (_, index) => String(1_000 + index));
  await Promise.all(
    orderIds.flatMap((orderId) => [
      takeStock(database, orderId, [item], atMs),
      takeStock(database, orderId, [item], atMs),
      database.transaction((em) => returnStock(em, orderId, atMs)),
    ]),
  );
  await assertLedgerTells(database, '2');
  const [goods] = await database.query<{ available: number }>(
    'select available from goods.goods where id = 2',
  );
  assert.equal(goods?.available, 100);
  await assertOrdersBalance(database);
});

test('orders over the same goods in any order, adjustments and releases at once: no deadlock, no unit lost', async () => {
  const goodsIds = ['11', '12', '13', '14'] as const;
  for (const id of goodsIds) await addGoods(id, 200);
  const random = new DemoRandom(7);
  const steps = Array.from({ length: 400 }, (_, index) => {
    const orderId = String(5_000 + Math.floor(index / 2));
    switch (random.between(0, 3)) {
      case 0:
        return database.transaction((em) => returnStock(em, orderId, atMs));
      case 1:
        return move(random.pick(goodsIds), random.pick([-2, 3]));
      default: {
        const chosen = [...new Set(Array.from({ length: 4 }, () => random.pick(goodsIds)))];
        const items = chosen.map((goodsId) => ({ goodsId, quantity: random.between(1, 4) }));
        return takeStock(database, orderId, items, atMs);
      }
    }
  });
  await Promise.all(steps);
  for (const id of goodsIds) await assertLedgerTells(database, id);
  await assertOrdersBalance(database);
});

function move(goodsId: string, delta: number) {
  return moveStock(database.fork(), { goodsId, delta, reason: 'Test', actorId: undefined, atMs }, 1_000_000);
}

async function addGoods(id: string, units: number): Promise<void> {
  const price = { amountCents: 100, currency: 'EUR' };
  const bread = { id, shopId: '7', name: 'Bread', description: '', price, categoryIds: [] };
  await insertGoods(database.fork(), { ...bread, available: 0, version: 1 });
  await move(id, units);
}
