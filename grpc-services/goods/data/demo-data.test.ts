import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoId } from '@tiffin/lib/demo/demo-id';
import type { Database } from '@tiffin/lib/engines/database';
import { openTestDatabase, type TestDatabase } from '@tiffin/lib/testing/test-database';
import { goodsSchema } from '../goods-test-bed.ts';
import { findCategories } from './category-store.ts';
import { demoGoods, insertDemoData } from './demo-data.ts';
import { findGoods, findShopGoods } from './goods-store.ts';

let bed: TestDatabase;
let database: Database;
before(async () => {
  bed = await openTestDatabase(goodsSchema);
  database = bed.database;
  assert.equal(await insertDemoData(database, 1_900_000_000_000), true);
});
after(() => bed.stop());

test('there are 12 categories and 1,000 goods under the ids that other services compute', async () => {
  const [counts] = await database.query<{ categories: string; goods: string }>(
    'select (select count(*) from goods.category) as categories, (select count(*) from goods.goods) as goods',
  );
  assert.deepEqual(counts, { categories: '12', goods: '1000' });
  const categories = await findCategories(database, [
    String(demoId('category', 1)),
    String(demoId('category', 12)),
  ]);
  assert.equal(categories.length, 2);
});

test('each of 50 shops sells 20 goods of different names, most of them of its own category', async () => {
  const shopNos = Array.from({ length: 50 }, (_, index) => index + 1);
  const pages = shopNos.map((n) => ({ parentId: String(demoId('shop', n)), first: 100, afterId: undefined }));
  const lists = await findShopGoods(database, pages);
  for (const n of shopNos) {
    const goods = lists[n - 1]?.items ?? [];
    assert.equal(goods.length, 20);
    assert.equal(new Set(goods.map(({ name }) => name)).size, 20);
    const ownCategoryId = String(demoId('category', (n % 12) + 1));
    assert.ok(goods.filter(({ categoryIds }) => categoryIds.includes(ownCategoryId)).length >= 14);
    for (const { price } of goods) assert.ok(price.amountCents >= 80 && price.amountCents <= 5_000);
  }
});

test('the ledger tells the stock of every item', async () => {
  const wrong = await database.query(
    `select goods.id from goods.goods left join goods.stock_entry on stock_entry.goods_id = goods.id
     group by goods.id having goods.available <> coalesce(sum(delta), 0)`,
  );
  assert.deepEqual(wrong, []);
  const [sample] = await findGoods(database, [String(demoId('goods', 1))]);
  assert.ok(sample && sample.available > 0);
});

test('the same data come again on every machine, and only into empty tables', async () => {
  assert.deepEqual(demoGoods(), demoGoods());
  assert.equal(await insertDemoData(database, 1), false);
});
