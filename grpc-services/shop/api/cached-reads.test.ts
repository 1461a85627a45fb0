import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { openTestCache, type TestCache } from '@tiffin/lib/cache/testing/test-cache';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { insertDemoData } from '../data/demo-data.ts';
import { callByCustomer, createShopTestBed, type ShopTestBed } from '../shop-test-bed.ts';

let cache: TestCache;
let bed: ShopTestBed;
before(async () => {
  cache = await openTestCache();
  bed = await createShopTestBed(undefined, undefined, cache);
});
after(async () => {
  await bed.stop();
  await cache.stop();
});
beforeEach(async () => {
  await bed.deps.database.query('delete from shop.review');
  await bed.deps.database.query('delete from shop.shop');
  await cache.empty();
  await taken();
});

const anybody = callBy();
const latest: CallContext = { ...anybody, freshness: 'latest' };

test('50 shops that are cached cost one round trip of Redis and no statement', async () => {
  const ids = await bed.addShops(...Array.from({ length: 50 }, () => ({})));
  const read = () => bed.api.batchGetShops({ ids: [...ids, '999'] }, anybody);
  const answer = await read();
  assert.deepEqual(await taken(), { statements: 1, asked: ['getMany', 'lease', 'fill'] });
  assert.deepEqual(await read(), answer);
  assert.deepEqual(await taken(), { statements: 0, asked: ['getMany'] });
});

test('a first page needs no statement when list and shops are cached: one round trip for each', async () => {
  await bed.addShops(
    ...Array.from({ length: 120 }, (_, n) => ({ ratingSum: 3 * (n % 7), reviewCount: n % 7 })),
  );
  for (const filter of [{}, { categoryId: '21' }, { area: 'Mitte' }, { categoryId: '21', area: 'Mitte' }]) {
    for (const first of [100, 7]) {
      const read = (call: CallContext) => bed.api.listShops({ ...filter, first }, call);
      await cache.empty();
      await taken();
      const answer = await read(anybody);
      assert.deepEqual([answer.edges.length, answer.hasNextPage], [first, true]);
      assert.deepEqual(await taken(), { statements: 1, asked: ['getMany', 'lease', 'fill'] });
      assert.deepEqual(await read(anybody), answer);
      assert.deepEqual(await taken(), { statements: 1, asked: ['getMany', 'getMany', 'lease', 'fill'] });
      assert.deepEqual(await read(anybody), answer);
      assert.deepEqual(await taken(), { statements: 0, asked: ['getMany', 'getMany'] });
      assert.deepEqual(await read(latest), answer);
      assert.deepEqual(await taken(), { statements: 1, asked: [] });
    }
  }
});

test('a list without shops is noted for a minute, and one behind a cursor not at all', async () => {
  await bed.addShops({}, {});
  const { edges } = await bed.api.listShops({ first: 1 }, anybody);
  await cache.empty();
  await bed.api.listShops({ first: 1, after: edges[0]?.cursor }, anybody);
  await bed.api.listShops({ first: 1, categoryId: 'x' }, anybody);
  await taken();
  assert.deepEqual(await cache.keys(), []);
  await bed.api.listShops({ first: 1, area: 'Nowhere' }, anybody);
  await taken();
  const [key = ''] = await cache.keys();
  assert.ok((await cache.ttlMs(key)) <= 63_000);
});

test('shops that are newer than their list stand where they belong by now', async () => {
  const [best = '', moved = '', gone = '', last = ''] = await bed.addShops(
    { ratingSum: 5, reviewCount: 1 },
    { ratingSum: 4, reviewCount: 1 },
    { ratingSum: 3, reviewCount: 1 },
    { ratingSum: 2, reviewCount: 1 },
  );
  const read = async () => {
    const { edges } = await bed.api.listShops({ area: 'Mitte', first: 4 }, anybody);
    return edges.map(({ shop }) => shop?.id);
  };
  assert.deepEqual(await read(), [best, moved, gone, last]);
  await taken();
  // As if it happened between the reads of the list and of the shops: nobody hears of it.
  const { database } = bed.deps;
  await database.query("set tiffin.filling = 'on'");
  await database.query("update shop.shop set area = 'Nord' where id = ?", [moved]);
  await database.query('update shop.shop set rating_sum = 1 where id = ?', [best]);
  await database.query('delete from shop.shop where id = ?', [gone]);
  await database.query('reset tiffin.filling');
  assert.deepEqual(await read(), [last, best]);
});

test('the newest reviews are one value of a shop, for all pages of at most 20', async () => {
  const [shop = '', other = ''] = await bed.addShops({}, {});
  for (let userId = 1; userId <= 22; userId++) await addReview(shop, String(userId));
  const read = (...sizes: number[]) => {
    const pages = [...sizes.map((first) => ({ parentId: shop, first })), { parentId: other, first: 3 }];
    return bed.api.batchListShopReviews({ pages }, anybody);
  };
  await read(5);
  assert.deepEqual(await taken(), { statements: 1, asked: ['getMany', 'lease', 'fill'] });
  const { pages } = await read(1, 20, 5);
  assert.deepEqual(await taken(), { statements: 0, asked: ['getMany'] });
  assert.deepEqual(
    pages.map(({ edges, hasNextPage }) => [edges.length, hasNextPage]),
    [
      [1, true],
      [20, true],
      [5, true],
      [0, false],
    ],
  );
  const real = await bed.api.batchListShopReviews({ pages: [{ parentId: shop, first: 20 }] }, latest);
  assert.deepEqual(pages[1], real.pages[0]);
  await taken();
  const larger = await read(21, 30);
  assert.deepEqual(await taken(), { statements: 1, asked: ['getMany'] });
  assert.deepEqual(
    larger.pages.map(({ edges, hasNextPage }) => [edges.length, hasNextPage]),
    [
      [21, true],
      [22, false],
      [0, false],
    ],
  );
});

test('tables that were filled are read as they are', async () => {
  assert.equal(await insertDemoData(bed.deps.database), true);
  const { edges } = await bed.api.listShops({ first: 100 }, anybody);
  assert.equal(edges.length, 100);
  assert.ok((edges[0]?.shop?.rating?.averageHundredths ?? 0) > 400);
});

async function addReview(shopId: string, userId: string): Promise<void> {
  await bed.api.addReview({ ...freshKey, shopId, stars: 4, text: '' }, callByCustomer(userId));
  await taken();
}

/** What was asked since the last time, when all of it is in the cache. */
async function taken() {
  await cache.cache.stop();
  const counts = { statements: bed.statements.length, asked: [...cache.asked] };
  cache.asked.length = 0;
  bed.statements.length = 0;
  return counts;
}
