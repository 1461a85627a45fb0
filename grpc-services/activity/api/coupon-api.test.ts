import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { anonymous } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import {
  type ActivityTestBed,
  administrator,
  createActivityTestBed,
  customer,
  dayMs,
  otherCustomer,
} from '../activity-test-bed.ts';

let bed: ActivityTestBed;
let campaignId: string;
/** Three of the customer, in the order of their grants, and one of the other customer. */
let couponIds: string[];
let otherId: string;
before(async () => {
  bed = await createActivityTestBed();
  campaignId = await bed.addCampaign();
  couponIds = [];
  for (let n = 0; n < 3; n++) couponIds.push(await bed.addCoupon(customer.userId, campaignId));
  otherId = await bed.addCoupon(otherCustomer.userId, campaignId);
});
after(() => bed.stop());
beforeEach(() => void bed.statements.splice(0));

const own = callBy(ownProcess);
const page = (parentId: string, first: number, after?: string) => ({ parentId, first, after });

test('users see their own coupons, administrators and our own processes all, in the order of the ids', async () => {
  const [first = ''] = couponIds;
  const ids = [otherId, 'x', first, '999', first];
  for (const [identity, seen] of [
    [customer, ['', '', first, '', first]],
    [otherCustomer, [otherId, '', '', '', '']],
    [administrator, [otherId, '', first, '', first]],
    [ownProcess, [otherId, '', first, '', first]],
  ] as const) {
    const { coupons } = await bed.api.batchGetCoupons({ ids }, callBy(identity));
    assert.deepEqual(
      coupons.map(({ coupon }) => coupon?.id ?? ''),
      seen,
    );
  }
  assert.equal(bed.statements.length, 4, 'one statement a call');
  await assert.rejects(bed.api.batchGetCoupons({ ids }, callBy(anonymous)), failsWith('UNAUTHENTICATED'));
});

test('a coupon shows what its campaign was when it was granted', async () => {
  const shown = await bed.getCoupon(otherId);
  assert.deepEqual(shown, {
    id: otherId,
    userId: otherCustomer.userId,
    campaignId,
    name: 'Spring',
    status: 'COUPON_STATUS_AVAILABLE',
    discount: { amountCents: 250, currency: 'EUR' },
    minimumTotal: { amountCents: 1_500, currency: 'EUR' },
    grantedAt: new Date(bed.clock.now()),
    expiresAt: new Date(bed.clock.now() + 30 * dayMs),
  });
  await bed.deps.database.query("update activity.campaign set name = 'Autumn', discount_cents = 1");
  assert.deepEqual(await bed.getCoupon(otherId), shown);
});

test('pages come newest first, from one statement', async () => {
  const [oldest, middle, newest] = couponIds;
  const first = await bed.api.batchListUserCoupons({ pages: [page(customer.userId, 2)] }, callBy(customer));
  const [{ edges, hasNextPage } = assert.fail()] = first.pages;
  assert.deepEqual(
    edges.map(({ coupon }) => coupon?.id),
    [newest, middle],
  );
  assert.equal(hasNextPage, true);
  const pages = [
    page(customer.userId, 2, edges[1]?.cursor),
    page(otherCustomer.userId, 100),
    page('999', 1),
    page('x', 1),
  ];
  bed.statements.length = 0;
  const rest = await bed.api.batchListUserCoupons({ pages }, own);
  assert.equal(bed.statements.length, 1);
  assert.deepEqual(
    rest.pages.map((each) => [each.edges.map(({ coupon }) => coupon?.id), each.hasNextPage]),
    [
      [[oldest], false],
      [[otherId], false],
      [[], false],
      [[], false],
    ],
  );
});

test("nobody lists somebody else's coupons", async () => {
  const pages = [page(customer.userId, 1), page(otherCustomer.userId, 1)];
  await assert.rejects(bed.api.batchListUserCoupons({ pages }, callBy(customer)), failsWith('FORBIDDEN'));
  await assert.rejects(bed.api.batchListUserCoupons({ pages }, callBy()), failsWith('UNAUTHENTICATED'));
  for (const identity of [administrator, ownProcess]) {
    const answer = await bed.api.batchListUserCoupons({ pages }, callBy(identity));
    assert.equal(answer.pages.length, 2);
  }
});

test('nothing asked is nothing read', async () => {
  assert.deepEqual(await bed.api.batchGetCoupons({ ids: [] }, own), { coupons: [] });
  assert.deepEqual(await bed.api.batchListUserCoupons({ pages: [] }, own), { pages: [] });
  assert.deepEqual(bed.statements, []);
});

test('bad input is named field by field', async () => {
  await assert.rejects(bed.api.batchGetCoupons({ ids: Array(101).fill('1') }, own), violates('ids'));
  const list = (...pages: ReturnType<typeof page>[]) => bed.api.batchListUserCoupons({ pages }, own);
  await assert.rejects(list(page('1', 0, 'x')), violates('first', 'after'));
  await assert.rejects(list(...Array(101).fill(page('1', 1))), violates('pages'));
});

test('in a list too a coupon has expired from its end on', async () => {
  const statusOfNewest = async () => {
    const { pages } = await bed.api.batchListUserCoupons({ pages: [page(customer.userId, 1)] }, own);
    return pages[0]?.edges[0]?.coupon?.status;
  };
  await bed.clock.advance(30 * dayMs - 1);
  assert.equal(await statusOfNewest(), 'COUPON_STATUS_AVAILABLE');
  await bed.clock.advance(1);
  assert.equal(await statusOfNewest(), 'COUPON_STATUS_EXPIRED');
});
