import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoId } from '@tiffin/lib/demo/demo-id';
import type { Database } from '@tiffin/lib/engines/database';
import { openTestDatabase, type TestDatabase } from '@tiffin/lib/testing/test-database';
import { goodsSchema } from '../goods-test-bed.ts';
import { assertLedgerTells } from '../stock-ledger-check.ts';
import { findCategories } from './category-store.ts';
import { demoAssortments, demoDrinks } from './demo-catalogue.ts';
import { insertDemoData } from './demo-data.ts';
import { demoGoods, openDemoOrders } from './demo-goods.ts';
import { dishesOfCategory, drinkCount } from './demo-menu.ts';
import { findShopGoods } from './goods-store.ts';
import { returnStock } from './return-stock.ts';

let bed: TestDatabase;
let database: Database;
before(async () => {
  bed = await openTestDatabase(goodsSchema);
  database = bed.database;
  assert.equal(await insertDemoData(database), true);
});
after(() => bed.stop());

test('there are 12 categories and 5,000 goods under the ids that other services compute', async () => {
  const [counts] = await database.query<{ categories: string; goods: string }>(
    'select (select count(*) from goods.category) as categories, (select count(*) from goods.goods) as goods',
  );
  assert.deepEqual(counts, { categories: '12', goods: '5000' });
  const categories = await findCategories(database, [
    String(demoId('category', 1)),
    String(demoId('category', 12)),
  ]);
  assert.equal(categories.length, 2);
});

test('the catalogue names as many dishes as the menus choose from', () => {
  for (const { dishes } of demoAssortments) assert.equal(new Set(dishes).size, dishesOfCategory);
  assert.equal(new Set(demoDrinks).size, drinkCount);
});

test('each of 200 shops sells 25 goods of different names, most of them of its own category', async () => {
  const shopNos = Array.from({ length: 200 }, (_, index) => index + 1);
  const pages = shopNos.map((n) => ({ parentId: String(demoId('shop', n)), first: 100, afterId: undefined }));
  const lists = await findShopGoods(database, pages);
  for (const n of shopNos) {
    const goods = lists[n - 1]?.items ?? [];
    assert.equal(goods.length, 25);
    assert.equal(new Set(goods.map(({ name }) => name)).size, 25);
    const ownCategoryId = String(demoId('category', (n % 12) + 1));
    assert.ok(goods.filter(({ categoryIds }) => categoryIds.includes(ownCategoryId)).length >= 18);
    for (const { price } of goods) assert.ok(price.amountCents >= 100 && price.amountCents <= 3_000);
  }
  assert.equal(lists[0]?.items[0]?.id, String(demoId('goods', 1)));
});

test('the ledger tells the stock of every item', async () => {
  const wrong = await database.query(
    `select goods.id from goods.goods left join goods.stock_entry on stock_entry.goods_id = goods.id
     group by goods.id having goods.available <> coalesce(sum(delta), 0)`,
  );
  assert.deepEqual(wrong, []);
});

test('what the open orders took is reserved, and comes back when such an order is cancelled', async () => {
  const orders = openDemoOrders();
  assert.ok(orders.length >= 20);
  const [{ reservations } = assert.fail()] = await database.query<{ reservations: string }>(
    'select count(*) as reservations from goods.stock_reservation',
  );
  assert.equal(Number(reservations), orders.length);
  for (const { orderId, lines } of orders) {
    await database.transaction((em) => returnStock(em, orderId, 1_900_000_000_000));
    for (const { goodsNo, quantity } of lines) {
      const entries = await assertLedgerTells(database, String(demoId('goods', goodsNo)));
      assert.equal(entries.at(-1)?.delta, quantity);
    }
  }
});

test('the same data come again on every machine, and only into empty tables', async () => {
  assert.deepEqual(demoGoods(), demoGoods());
  const { name, price, available } = demoGoods()[0] ?? assert.fail();
  assert.deepEqual([name, price.amountCents, available], ['Tsukemen', 1_490, 115]);
  assert.equal(await insertDemoData(database), false);
});
