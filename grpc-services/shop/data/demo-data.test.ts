import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { callBy } from '@tiffin/lib/testing/call-by';
import { createShopTestBed, type ShopTestBed } from '../shop-test-bed.ts';
import { demoShops, insertDemoData } from './demo-data.ts';
import { demoReviews } from './demo-reviews.ts';

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
  const reviews = demoReviews(200);
  assert.deepEqual(reviews, demoReviews(200));
  const [first] = reviews;
  assert.deepEqual([demoShops()[1]?.name, first?.text], ['Sushi Umi', 'Great food in a small box.']);
});

test('200 shops of different names stand where other services expect them', () => {
  const shops = demoShops();
  assert.deepEqual(
    shops.map(({ id }) => id),
    numbersTo(200).map((n) => idOf('shop', n)),
  );
  assert.equal(new Set(shops.map(({ name }) => name)).size, 200);
  assert.deepEqual(
    shops.map(({ categoryId }) => categoryId),
    numbersTo(200).map((n) => idOf('category', (n % 12) + 1)),
  );
  assert.equal(new Set(shops.map(({ area }) => area)).size, 5);
});

test('40 merchants own five shops each, the demo merchant some that are open', () => {
  const shopsByOwner = Map.groupBy(demoShops(), ({ ownerId }) => ownerId);
  const merchants = [2, ...numbersTo(42).slice(3)].map((n) => idOf('user', n));
  assert.deepEqual([...shopsByOwner.keys()], merchants);
  assert.deepEqual([...new Set([...shopsByOwner.values()].map(({ length }) => length))], [5]);
  const own = shopsByOwner.get(idOf('user', 2)) ?? [];
  assert.ok(own.filter(({ status }) => status === 'OPEN').length >= 3);
});

test('every shop has 5 reviews or more by different customers, and the demo customer wrote 50 or more', () => {
  const customers = new Set([1, ...numbersTo(2_000).slice(42)].map((n) => idOf('user', n)));
  const reviews = demoReviews(200);
  assert.equal(reviews.length, 10_000);
  const authorsByShop = Map.groupBy(reviews, ({ shopId }) => shopId);
  assert.equal(authorsByShop.size, 200);
  for (const reviewsOfShop of authorsByShop.values()) {
    const authors = new Set(reviewsOfShop.map(({ authorId }) => authorId));
    assert.equal(authors.size, reviewsOfShop.length);
    assert.ok(reviewsOfShop.length >= 5);
    assert.ok([...authors].every((author) => customers.has(author)));
  }
  assert.ok(reviews.filter(({ authorId }) => authorId === idOf('user', 1)).length >= 50);
});

test('most reviews are kind, none of the stars is missing, and shops differ', () => {
  const reviews = demoReviews(200);
  const share = (stars: number) => reviews.filter((review) => review.stars === stars).length / reviews.length;
  assert.ok(share(4) + share(5) > 0.6 && share(5) > 0.2, `${share(4)} ${share(5)}`);
  for (const stars of [1, 2]) assert.ok(share(stars) > 0.01 && share(stars) < 0.1, `${share(stars)}`);
  const averages = [...Map.groupBy(reviews, ({ shopId }) => shopId).values()].map(
    (own) => own.reduce((sum, { stars }) => sum + stars, 0) / own.length,
  );
  assert.ok(Math.min(...averages) < 3.4 && Math.max(...averages) > 4.4);
});

test('ratings follow from the reviews, and newest first by id is newest first by time', async () => {
  const shops = demoShops();
  const counts = Map.groupBy(demoReviews(200), ({ shopId }) => shopId);
  const complete = shops.filter(({ id }) => (counts.get(id)?.length ?? 0) <= 100).slice(0, 100);
  const pages = complete.map(({ id }) => ({ parentId: id, first: 100 }));
  const lists = await bed.api.batchListShopReviews({ pages }, callBy());
  for (const [index, { edges }] of lists.pages.entries()) {
    const { id } = complete[index] ?? assert.fail();
    const { rating } = await bed.getShop(id);
    assert.equal(edges.length, counts.get(id)?.length);
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
  assert.equal(row?.count, '200');
});
