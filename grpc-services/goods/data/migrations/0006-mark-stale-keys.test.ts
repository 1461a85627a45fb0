import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import {
  categories,
  createGoodsTestBed,
  type GoodsTestBed,
  goodsSchema,
  merchant,
  otherShopId,
  shopId,
} from '../../goods-test-bed.ts';
import { insertDemoData } from '../demo-data.ts';
import { categoryKey, categoryListKey, goodsKey, shopGoodsKey } from '../keys.ts';

let bed: GoodsTestBed;
let id: string;
before(async () => {
  bed = await createGoodsTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  id = await createGoods();
  await adjustStock(10);
  await marked();
});

test('new goods mark themselves and the list of their shop', async () => {
  const newId = await createGoods();
  await assertMarked(goodsKey(newId), shopGoodsKey(shopId));
});

test('changed goods mark themselves', async () => {
  const change = { goodsId: id, version: 1, name: 'Bun', price: undefined, categoryIds: undefined };
  await bed.admin.updateGoods({ ...freshKey, ...change }, callBy(merchant));
  await assertMarked(goodsKey(id));
});

test('stock marks its goods where another number of units can be ordered', async () => {
  await adjustStock(3);
  await assertMarked(goodsKey(id));
  await bed.stock.reserveStock({ orderId: `${id}1`, items: [{ goodsId: id, quantity: 2 }] }, own);
  await assertMarked(goodsKey(id));
  await bed.stock.releaseStock({ orderId: `${id}1` }, own);
  await assertMarked(goodsKey(id));
  await bed.stock.reserveStock({ orderId: `${id}2`, items: [{ goodsId: id, quantity: 2 }] }, own);
  await marked();
  await bed.stock.deductStock({ orderId: `${id}2` }, own);
  await assertMarked();
});

test('what is refused marks nothing', async () => {
  await assert.rejects(adjustStock(-11));
  const items = [{ goodsId: id, quantity: 11 }];
  await assert.rejects(bed.stock.reserveStock({ orderId: `${id}3`, items }, own));
  await assertMarked();
});

test('goods that move mark the lists of both shops, and those that go the list of theirs', async () => {
  const { database } = bed.deps;
  await database.query('update goods.goods set shop_id = ? where id = ?', [otherShopId, id]);
  await assertMarked(goodsKey(id), shopGoodsKey(shopId), shopGoodsKey(otherShopId));
  await database.query('delete from goods.stock_entry where goods_id = ?', [id]);
  await database.query('delete from goods.goods where id = ?', [id]);
  await assertMarked(goodsKey(id), shopGoodsKey(otherShopId));
});

test('categories mark themselves and their list', async () => {
  const { database } = bed.deps;
  await database.query("insert into goods.category (id, name) values (90, 'Tea')");
  await assertMarked(categoryKey('90'), categoryListKey('all'));
  await database.query("update goods.category set name = 'Teas' where id = 90");
  await assertMarked(categoryKey('90'), categoryListKey('all'));
  await database.query('delete from goods.category where id = 90');
  await assertMarked(categoryKey('90'), categoryListKey('all'));
  assert.equal(categories.length, 4);
});

test('tables that are filled mark nothing', async () => {
  const empty = await openTestDatabase(goodsSchema);
  assert.equal(await insertDemoData(empty.database), true);
  assert.deepEqual(await empty.database.query('select key from goods.stale_key'), []);
  await empty.stop();
});

const own = callBy(ownProcess);

/** Takes the marks away. */
async function marked(): Promise<string[]> {
  const rows = await bed.deps.database.query<{ key: string }>('delete from goods.stale_key returning key');
  return rows.map(({ key }) => key).sort();
}

async function assertMarked(...keys: string[]): Promise<void> {
  assert.deepEqual(await marked(), keys.sort());
}

async function createGoods(): Promise<string> {
  const price = { amountCents: 450, currency: 'EUR' };
  const traits = { shopId, name: 'Bread', description: '', price, categoryIds: ['21'] };
  const { goods } = await bed.admin.createGoods({ ...freshKey, ...traits }, callBy(merchant));
  return goods?.id ?? assert.fail();
}

async function adjustStock(delta: number): Promise<void> {
  await bed.admin.adjustStock({ ...freshKey, goodsId: id, delta, reason: 'Count' }, callBy(merchant));
}
