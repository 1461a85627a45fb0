import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
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
import { auditCoupons } from './audit-coupons.ts';

let bed: ActivityTestBed;
before(async () => {
  bed = await createActivityTestBed();
});
after(() => bed.stop());

const own = callBy(ownProcess);
const { userId } = customer;
let campaignId: string;
let couponId: string;
let lastOrderId = 0;
const newOrderId = () => String(++lastOrderId);
const lock = (orderId: string, change = {}) =>
  bed.locks.lockCoupon({ orderId, userId, couponId, ...change }, own);
const statusNow = async () => (await bed.getCoupon(couponId)).status;
const statesOf = async (...orderIds: string[]) => (await bed.locks.batchGetLocks({ orderIds }, own)).states;
beforeEach(async () => {
  campaignId = await bed.addCampaign();
  couponId = await bed.addCoupon(userId, campaignId);
});

test('a coupon that an order let go of is for the next one, and a used one is for nobody', async () => {
  const [first, second, third] = [newOrderId(), newOrderId(), newOrderId()];
  await lock(first);
  await assert.rejects(lock(second), failsWith('COUPON_UNAVAILABLE', { couponId }));
  await bed.locks.unlockCoupon({ orderId: first }, own);
  await lock(second);
  await bed.locks.useCoupon({ orderId: second }, own);
  assert.equal(await statusNow(), 'COUPON_STATUS_USED');
  await assert.rejects(lock(third), failsWith('COUPON_UNAVAILABLE', { couponId }));
  assert.deepEqual(await allFindings(auditCoupons(bed.deps)), []);
});

test('a refusal leaves no trace: the order may lock another coupon', async () => {
  const orderId = newOrderId();
  await assert.rejects(
    lock(orderId, { couponId: '999' }),
    failsWith('COUPON_NOT_FOUND', { couponId: '999' }),
  );
  assert.deepEqual(await statesOf(orderId), ['BRANCH_STATE_UNSPECIFIED']);
  await lock(orderId);
  assert.deepEqual(await statesOf(orderId), ['BRANCH_STATE_TRIED']);
});

test("somebody else's coupon is not found, whatever it is", async () => {
  const byOther = { userId: otherCustomer.userId };
  const notFound = failsWith('COUPON_NOT_FOUND', { couponId });
  await assert.rejects(lock(newOrderId(), byOther), notFound);
  await lock(newOrderId());
  await assert.rejects(lock(newOrderId(), byOther), notFound);
});

test('at its end a coupon has expired, and only one that nobody holds', async () => {
  const held = await bed.addCoupon(userId, campaignId);
  const [toPay, toCancel] = [newOrderId(), newOrderId()];
  await lock(toPay, { couponId: held });
  await bed.clock.advance(30 * dayMs - 1);
  await lock(toCancel);
  await bed.clock.advance(1);
  assert.equal(await statusNow(), 'COUPON_STATUS_LOCKED');
  await assert.rejects(
    lock(newOrderId()),
    failsWith('COUPON_UNAVAILABLE'),
    'that it is held comes before its end',
  );
  await bed.locks.unlockCoupon({ orderId: toCancel }, own);
  assert.equal(await statusNow(), 'COUPON_STATUS_EXPIRED');
  await assert.rejects(lock(newOrderId()), failsWith('COUPON_EXPIRED', { couponId }));
  await bed.locks.useCoupon({ orderId: toPay }, own);
  assert.equal((await bed.getCoupon(held)).status, 'COUPON_STATUS_USED');
});

test('how far orders are is told in the order of the ids, also of unknown and malformed ones', async () => {
  const [tried, cancelled] = [newOrderId(), newOrderId()];
  await lock(tried);
  await bed.locks.unlockCoupon({ orderId: cancelled }, own);
  assert.deepEqual(await statesOf(cancelled, 'x', '999999', tried), [
    'BRANCH_STATE_CANCELLED',
    'BRANCH_STATE_UNSPECIFIED',
    'BRANCH_STATE_UNSPECIFIED',
    'BRANCH_STATE_TRIED',
  ]);
  assert.deepEqual(await statesOf(), []);
});

test('users lock nothing, administrators neither', async () => {
  const orderId = newOrderId();
  for (const [identity, code] of [
    [anonymous, 'UNAUTHENTICATED'],
    [customer, 'FORBIDDEN'],
    [administrator, 'FORBIDDEN'],
  ] as const) {
    const call = callBy(identity);
    await assert.rejects(bed.locks.lockCoupon({ orderId, userId, couponId }, call), failsWith(code));
    await assert.rejects(bed.locks.useCoupon({ orderId }, call), failsWith(code));
    await assert.rejects(bed.locks.unlockCoupon({ orderId }, call), failsWith(code));
    await assert.rejects(bed.locks.batchGetLocks({ orderIds: [orderId] }, call), failsWith(code));
  }
  assert.deepEqual(await statesOf(orderId), ['BRANCH_STATE_UNSPECIFIED']);
});

test('bad input is named field by field', async () => {
  const bad = { orderId: 'x', userId: '', couponId: '0' };
  await assert.rejects(bed.locks.lockCoupon(bad, own), violates('orderId', 'userId', 'couponId'));
  await assert.rejects(bed.locks.useCoupon(bad, own), violates('orderId'));
  await assert.rejects(bed.locks.unlockCoupon(bad, own), violates('orderId'));
  await assert.rejects(
    bed.locks.batchGetLocks({ orderIds: Array(101).fill('1') }, own),
    violates('orderIds'),
  );
});
