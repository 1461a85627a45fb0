import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { toAppError } from '@tiffin/lib/errors/normalize-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import { newKey } from '@tiffin/lib/testing/fresh-key';
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

/** One of the calls of a race. A key of its own makes it repeatable. */
interface Attempt {
  readonly index: number;
  readonly idempotencyKey: string;
}

/** A busy machine may tell some calls to come back later; each round lets others through. */
const maxRounds = 8;
/** Longer than any `retryAfterMs`, and than any claim that a call left behind lasts. */
const pauseMs = 60_000;

/**
 * What each of `count` calls failed with, taking turns between the two processes. As a client would, those that are
 * told UNAVAILABLE wait and repeat with the key they had: whether they wrote anything the first time must not matter.
 */
async function race(
  count: number,
  call: (bed: ShopTestBed, attempt: Attempt) => Promise<unknown>,
): Promise<AppError[]> {
  const failures: AppError[] = [];
  let attempts = Array.from({ length: count }, (_, index): Attempt => ({ index, idempotencyKey: newKey() }));
  for (let round = 0; attempts.length > 0 && round < maxRounds; round++) {
    const bedOf = ({ index }: Attempt) => beds[index % 2 === 0 ? 0 : 1];
    const outcomes = await Promise.allSettled(attempts.map((attempt) => call(bedOf(attempt), attempt)));
    const toldToWait: Attempt[] = [];
    for (const [place, attempt] of attempts.entries()) {
      const outcome = outcomes[place];
      if (outcome?.status !== 'rejected') continue;
      const error = toAppError(outcome.reason);
      if (AppError.is(error, 'UNAVAILABLE')) toldToWait.push(attempt);
      else failures.push(error);
    }
    attempts = toldToWait;
    for (const bed of beds) await bed.clock.advance(pauseMs);
  }
  assert.equal(attempts.length, 0, 'Some calls are told to come back later again and again.');
  return failures;
}

test('a start of two processes at once fills the tables once', async () => {
  const filled = await Promise.all(beds.map((bed) => insertDemoData(bed.deps.database)));
  assert.deepEqual(filled.toSorted(), [false, true]);
});

test('no review of 50 at once is lost from the rating', async () => {
  const [shopId = ''] = await beds[0].addShops({});
  const failures = await race(50, (bed, { index, idempotencyKey }) => {
    const review = { idempotencyKey, shopId, stars: (index % 5) + 1, text: '' };
    return bed.api.addReview(review, callByCustomer(String(index + 1)));
  });
  assert.deepEqual(failures, []);
  assert.deepEqual((await beds[0].getShop(shopId)).rating, { averageHundredths: 300, reviewCount: 50 });
});

test('a user who reviews a shop ten times at once is let in once', async () => {
  const [shopId = ''] = await beds[0].addShops({});
  const review = { shopId, stars: 5, text: '' };
  const failures = await race(10, (bed, { idempotencyKey }) =>
    bed.api.addReview({ idempotencyKey, ...review }, callByCustomer('1')),
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
  const failures = await race(40, (bed, { index, idempotencyKey }) => {
    if (index % 4 < 2) {
      const review = { idempotencyKey, shopId, stars: 4, text: '' };
      return bed.api.addReview(review, callByCustomer(String(index + 1)));
    }
    return bed.admin.openShop({ idempotencyKey, shopId }, callBy(merchant));
  });
  assert.deepEqual(failures, []);
  const { rating, status, version } = await beds[0].getShop(shopId);
  assert.deepEqual(rating, { averageHundredths: 400, reviewCount: 20 });
  assert.deepEqual([status, version], ['SHOP_STATUS_OPEN', 2]);
});

test('of changes that rest on one version, one is let through', async () => {
  const [shopId = ''] = await beds[0].addShops({});
  const failures = await race(10, (bed, { index, idempotencyKey }) =>
    bed.admin.updateShop({ idempotencyKey, shopId, version: 1, name: `Name ${index}` }, callBy(merchant)),
  );
  assert.equal(failures.length, 9);
  assert.ok(
    failures.every((error) => AppError.is(error, 'VERSION_CONFLICT')),
    String(failures),
  );
  assert.equal((await beds[0].getShop(shopId)).version, 2);
});
