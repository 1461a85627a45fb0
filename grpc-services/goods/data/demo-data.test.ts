import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { demoId } from '@tiffin/lib/demo/demo-id';
import type { Database } from '@tiffin/lib/engines/database';
import { openTestDatabase, type TestDatabase } from '@tiffin/lib/testing/test-database';
import { auditStock } from '../domain/audit-stock.ts';
import { goodsSchema } from '../goods-test-bed.ts';
import { findCategories } from './category-store.ts';
import { demoAssortments, demoDrinks } from './demo-catalogue.ts';
import { insertDemoData } from './demo-data.ts';
import { demoGoods } from './demo-goods.ts';
import { dishesOfCategory, drinkCount } from './demo-menu.ts';
import { findShopGoods } from './goods-store.ts';

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

test('the books of all goods balance, and nothing is frozen or sold', async () => {
  assert.deepEqual(await allFindings(auditStock({ database })), []);
  const strays = await database.query('select id from goods.goods where frozen <> 0 or sold <> 0');
  assert.deepEqual(strays, []);
  const withStock = demoGoods().filter(({ available }) => available > 0);
  const counted = await database.query("select goods_id from goods.stock_entry where kind = 'ADJUST'");
  assert.equal(counted.length, withStock.length);
});

test('the same data come again on every machine, and only into empty tables', async () => {
  assert.deepEqual(demoGoods(), demoGoods());
  const { name, price, available } = demoGoods()[0] ?? assert.fail();
  assert.deepEqual([name, price.amountCents, available], ['Tsukemen', 1_490, 115]);
  assert.equal(await insertDemoData(database), false);
});
