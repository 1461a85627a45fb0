import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { openTestCache, type TestCache } from '@tiffin/lib/cache/testing/test-cache';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { callBy } from '@tiffin/lib/testing/call-by';
import { insertDemoData } from '../data/demo-data.ts';
import { insertGoods } from '../data/goods-store.ts';
import { categories, createGoodsTestBed, type GoodsTestBed, otherShopId, shopId } from '../goods-test-bed.ts';

let cache: TestCache;
let bed: GoodsTestBed;
before(async () => {
  cache = await openTestCache();
  bed = await createGoodsTestBed(undefined, cache);
});
after(async () => {
  await bed.stop();
  await cache.stop();
});
beforeEach(async () => {
  await bed.deps.database.query('delete from goods.stock_entry');
  await bed.deps.database.query('delete from goods.goods');
  await cache.empty();
  reset();
});

const anybody = callBy();
const latest: CallContext = { ...anybody, freshness: 'latest' };

test('50 goods and 4 categories that are cached cost a round trip of Redis each, and no statement', async () => {
  const ids = await addGoods(50);
  const read = () => bed.api.batchGetGoods({ ids: [...ids, '999'] }, anybody);
  const answer = await read();
  assert.deepEqual(await taken(), { statements: 1, asked: ['getMany', 'lease', 'fill'] });
  assert.deepEqual(await read(), answer);
  assert.deepEqual(await taken(), { statements: 0, asked: ['getMany'] });
  const categoryIds = categories.map(({ id }) => id);
  await bed.api.batchGetCategories({ ids: categoryIds }, anybody);
  await taken();
  const { categories: slots } = await bed.api.batchGetCategories({ ids: categoryIds }, anybody);
  assert.deepEqual(
    slots.map(({ category }) => category),
    categories,
  );
  assert.deepEqual(await taken(), { statements: 0, asked: ['getMany'] });
});

test('first pages need no statement when lists and goods are cached: one round trip for each', async () => {
  await addGoods(120);
  const pages = [
    { parentId: shopId, first: 2 },
    { parentId: otherShopId, first: 5 },
    { parentId: shopId, first: 100 },
  ];
  const read = (call: CallContext) => bed.api.batchListShopGoods({ pages }, call);
  const answer = await read(anybody);
  assert.deepEqual(await taken(), { statements: 1, asked: ['getMany', 'lease', 'fill'] });
  assert.deepEqual(await read(anybody), answer);
  assert.deepEqual(await taken(), { statements: 1, asked: ['getMany', 'getMany', 'lease', 'fill'] });
  assert.deepEqual(await read(anybody), answer);
  assert.deepEqual(await taken(), { statements: 0, asked: ['getMany', 'getMany'] });
  assert.deepEqual(await read(latest), answer);
  assert.deepEqual(await taken(), { statements: 1, asked: [] });
  assert.deepEqual(
    answer.pages.map(({ edges, hasNextPage }) => [edges.length, hasNextPage]),
    [
      [2, true],
      [0, false],
      [100, true],
    ],
  );
});

test('pages behind a cursor, and shops that cannot be, are not cached', async () => {
  await addGoods(3);
  const first = await bed.api.batchListShopGoods({ pages: [{ parentId: shopId, first: 1 }] }, anybody);
  const after = first.pages[0]?.edges[0]?.cursor;
  await cache.empty();
  const pages = [
    { parentId: shopId, first: 1, after },
    ...['x', '', '0'].map((id) => ({ parentId: id, first: 1 })),
  ];
  for (let repeat = 0; repeat < 2; repeat++) {
    await taken();
    await bed.api.batchListShopGoods({ pages }, anybody);
    assert.deepEqual(await taken(), { statements: 1, asked: [] });
  }
  assert.deepEqual(await cache.keys(), []);
});

test('goods that a list names and that are gone are left out', async () => {
  const [gone = '', left = ''] = await addGoods(2);
  const read = async () => {
    const { pages } = await bed.api.batchListShopGoods({ pages: [{ parentId: shopId, first: 2 }] }, anybody);
    return pages[0]?.edges.map(({ goods }) => goods?.id);
  };
  assert.deepEqual(await read(), [gone, left]);
  // As if it happened between the reads of the list and of the goods: nobody hears of it.
  await bed.deps.database.query("set tiffin.filling = 'on'");
  await bed.deps.database.query('delete from goods.goods where id = ?', [gone]);
  await bed.deps.database.query('reset tiffin.filling');
  assert.deepEqual(await read(), [left]);
});

test('the first categories are one value, whatever the size of the page', async () => {
  await bed.api.listCategories({ first: 1 }, anybody);
  await taken();
  const { edges, hasNextPage } = await bed.api.listCategories({ first: 3 }, anybody);
  assert.deepEqual(await taken(), { statements: 0, asked: ['getMany'] });
  assert.deepEqual(
    edges.map(({ category }) => category?.name),
    ['Curry', 'Pizza', 'Soup'],
  );
  assert.equal(hasNextPage, true);
});

test('tables that were filled are read as they are', async () => {
  const filledCache = await openTestCache();
  const filled = await createGoodsTestBed(undefined, filledCache);
  await filled.deps.database.query('delete from goods.category');
  assert.equal(await insertDemoData(filled.deps.database), true);
  const { edges } = await filled.api.listCategories({ first: 100 }, anybody);
  assert.equal(edges.length, 12);
  await filled.stop();
  await filledCache.stop();
});

let lastId = 1_000_000;

/** Goods of the shop `shopId`, with units. */
async function addGoods(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => String(++lastId));
  const price = { amountCents: 100, currency: 'EUR' };
  const em = bed.deps.database.fork();
  for (const id of ids) {
    await insertGoods(em, {
      id,
      shopId,
      name: 'Bread',
      description: '',
      price,
      categoryIds: [],
      available: 20,
      version: 1,
    });
  }
  reset();
  return ids;
}

function reset(): void {
  cache.asked.length = 0;
  bed.statements.length = 0;
}

/** What was asked since the last time, when all of it is in the cache. */
async function taken() {
  await cache.cache.stop();
  const counts = { statements: bed.statements.length, asked: [...cache.asked] };
  reset();
  return counts;
}
