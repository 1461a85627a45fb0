import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { insertDemoData } from '../data/demo-data.ts';
import { callByCustomer, createShopTestBed, merchant, type ShopTestBed } from '../shop-test-bed.ts';

/** Two processes of the service: each has its own connections to one server, on which transactions overlap. */
let postgres: RealPostgres;
let beds: [ShopTestBed, ShopTestBed];
before(async () => {
  postgres = await createRealPostgres();
  beds = await Promise.all([createShopTestBed(postgres), createShopTestBed(postgres, 1_000_000n)]);
});
after(async () => {
  await Promise.all(beds.map((bed) => bed.stop()));
  await postgres.drop();
});

/** What each of `count` calls threw, taking turns between the two processes. */
async function race(
  count: number,
  call: (bed: ShopTestBed, index: number) => Promise<unknown>,
): Promise<unknown[]> {
  const calls = Array.from({ length: count }, (_, index) => call(beds[index % 2 === 0 ? 0 : 1], index));
  const outcomes = await Promise.allSettled(calls);
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
}

test('a start of two processes at once fills the tables once', async () => {
  const filled = await Promise.all(beds.map((bed) => insertDemoData(bed.deps.database)));
  assert.deepEqual(filled.toSorted(), [false, true]);
});

test('no review of 50 at once is lost from the rating', async () => {
  const [shopId = ''] = await beds[0].addShops({});
  const failures = await race(50, (bed, index) => {
    const review = { ...freshKey, shopId, stars: (index % 5) + 1, text: '' };
    return bed.api.addReview(review, callByCustomer(String(index + 1)));
  });
  assert.deepEqual(failures, []);
  assert.deepEqual((await beds[0].getShop(shopId)).rating, { averageHundredths: 300, reviewCount: 50 });
});

test('a user who reviews a shop ten times at once is let in once', async () => {
  const [shopId = ''] = await beds[0].addShops({});
  const review = { shopId, stars: 5, text: '' };
  const failures = await race(10, (bed) =>
    bed.api.addReview({ ...freshKey, ...review }, callByCustomer('1')),
  );
  assert.equal(failures.length, 9);
  assert.ok(
    failures.every((error) => AppError.is(error, 'ALREADY_REVIEWED')),
    String(failures),
  );
  assert.deepEqual((await beds[0].getShop(shopId)).rating, { averageHundredths: 500, reviewCount: 1 });
});

test('owner’s changes and reviews at once all arrive, and only changes raise the version', async () => {
  const [shopId = ''] = await beds[0].addShops({});
  const failures = await race(40, (bed, index) => {
    if (index % 4 < 2) {
      const review = { ...freshKey, shopId, stars: 4, text: '' };
      return bed.api.addReview(review, callByCustomer(String(index + 1)));
    }
    return bed.admin.openShop({ ...freshKey, shopId }, callBy(merchant));
  });
  assert.deepEqual(failures, []);
  const { rating, status, version } = await beds[0].getShop(shopId);
  assert.deepEqual(rating, { averageHundredths: 400, reviewCount: 20 });
  assert.deepEqual([status, version], ['SHOP_STATUS_OPEN', 2]);
});

test('of changes that rest on one version, one is let through', async () => {
  const [shopId = ''] = await beds[0].addShops({});
  const failures = await race(10, (bed, index) =>
    bed.admin.updateShop({ ...freshKey, shopId, version: 1, name: `Name ${index}` }, callBy(merchant)),
  );
  assert.equal(failures.length, 9);
  assert.ok(
    failures.every((error) => AppError.is(error, 'VERSION_CONFLICT')),
    String(failures),
  );
  assert.equal((await beds[0].getShop(shopId)).version, 2);
});
