import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { callBy } from '@tiffin/lib/testing/call-by';
import { createShopTestBed, type ShopTestBed } from '../shop-test-bed.ts';
import { demoReviews, demoShops, insertDemoData } from './demo-data.ts';

let bed: ShopTestBed;
before(async () => {
  bed = await createShopTestBed();
  assert.equal(await insertDemoData(bed.deps.database), true);
});
after(() => bed.stop());

const idOf = (entity: string, n: number) => String(demoId(entity, n));
const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test('demo data are the same on every machine', () => {
  assert.deepEqual(demoShops(), demoShops());
  assert.deepEqual(demoReviews(), demoReviews());
});

test('50 shops of different names stand where other services expect them', () => {
  const shops = demoShops();
  assert.deepEqual(
    shops.map(({ id }) => id),
    numbersTo(50).map((n) => idOf('shop', n)),
  );
  assert.equal(new Set(shops.map(({ name }) => name)).size, 50);
  assert.deepEqual(
    shops.map(({ categoryId }) => categoryId),
    numbersTo(50).map((n) => idOf('category', (n % 12) + 1)),
  );
  assert.deepEqual(
    shops.slice(0, 8).map(({ ownerId }) => ownerId),
    [4, 5, 6, 7, 8, 9, 10, 2].map((n) => idOf('user', n)),
  );
  assert.equal(new Set(shops.map(({ area }) => area)).size, 5);
});

test('every shop has 5 to 30 reviews by different customers, one of them the demo customer', () => {
  const customers = new Set([1, ...numbersTo(200).slice(10)].map((n) => idOf('user', n)));
  const authorsByShop = Map.groupBy(demoReviews(), ({ shopId }) => shopId);
  assert.equal(authorsByShop.size, 50);
  for (const reviews of authorsByShop.values()) {
    const authors = new Set(reviews.map(({ authorId }) => authorId));
    assert.equal(authors.size, reviews.length);
    assert.ok(reviews.length >= 5 && reviews.length <= 30);
    assert.ok(authors.has(idOf('user', 1)));
    assert.ok([...authors].every((author) => customers.has(author)));
  }
});

test('ratings follow from the reviews, and newest first by id is newest first by time', async () => {
  const shops = demoShops();
  const pages = shops.map(({ id }) => ({ parentId: id, first: 100 }));
  const lists = await bed.api.batchListShopReviews({ pages }, callBy());
  for (const [index, { edges }] of lists.pages.entries()) {
    const { rating } = await bed.getShop(shops[index]?.id ?? '');
    const stars = edges.map(({ review }) => review?.stars ?? 0);
    const averageHundredths = Math.round((stars.reduce((sum, each) => sum + each, 0) * 100) / stars.length);
    assert.deepEqual(rating, { averageHundredths, reviewCount: stars.length });
    const times = edges.map(({ review }) => review?.createdAt?.getTime() ?? 0);
    assert.deepEqual(
      times,
      times.toSorted((one, other) => other - one),
    );
  }
});

test('tables that hold anything are left alone', async () => {
  assert.equal(await insertDemoData(bed.deps.database), false);
  const [row] = await bed.deps.database.query<{ count: string }>('select count(*) from shop.shop');
  assert.equal(row?.count, '50');
});
