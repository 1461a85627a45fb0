import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { CouponStatus } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import type { PlaceOrderRequest } from '@tiffin/proto/gen/tiffin/order/v1/order';
import {
  administrator,
  administratorsAddressId,
  customer,
  type Step,
  stranger,
} from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { unpaidMs } from './close-unpaid.ts';

let bed: OrderTestBed;
before(async () => {
  bed = await createOrderTestBed();
});
after(() => bed.stop());
/** 10 units at 4.50 EUR. */
let goodsId: string;
/** 3 EUR less, from 4 EUR on. */
let couponId: string;
let coupons = 500;
beforeEach(async () => {
  bed.steps.fault = () => {};
  goodsId = await bed.addGoods(10);
  couponId = addCoupon();
  bed.funds.available.set(customer.userId, 1_000);
  bed.steps.begun.length = 0;
});
const call = callBy(customer);
const euros = (amountCents: number) => ({ amountCents, currency: 'EUR' });
const orderCount = async () => (await bed.ordersOf(customer.userId)).length;
const place = (change: Partial<PlaceOrderRequest>) => bed.place([goodsId], change);

function addCoupon(change: { userId?: string; status?: CouponStatus; off?: number; from?: number } = {}) {
  const { userId = customer.userId, status = CouponStatus.AVAILABLE, off = 300, from = 400 } = change;
  const id = String(++coupons);
  bed.coupons.add({ id, userId, status, discount: euros(off), minimumTotal: euros(from) });
  return id;
}

/** What there is to have: units, cents, and the coupon. */
const free = async () => [
  await bed.available(goodsId),
  bed.funds.available.get(customer.userId),
  bed.coupons.statusOf(couponId),
];
const everything = [10, 1_000, CouponStatus.AVAILABLE];

test('an order holds stock, coupon and money at once, and its payment spends all three', async () => {
  const order = await place({ couponId, walletAmount: euros(100) });
  const { total, discount, walletAmount, payable } = order;
  assert.deepEqual([total, discount, walletAmount, payable], [euros(450), euros(300), euros(100), euros(50)]);
  assert.equal(order.couponId, couponId);
  assert.deepEqual((await bed.ordersOf(customer.userId))[0], order);
  assert.deepEqual(await free(), [9, 900, CouponStatus.LOCKED]);
  await bed.assertBalanced([goodsId]);
  const reads: Step[] = ['batchGetShops', 'batchGetGoods', 'batchGetAddresses', 'batchGetCoupons'];
  const holds: Step[] = ['reserveStock', 'lockCoupon', 'holdFunds'];
  assert.deepEqual(bed.steps.begun, [...reads, ...holds, 'commit']);
  await bed.api.payOrder({ ...freshKey, orderId: order.id, paymentToken: 'sandbox-ok' }, call);
  assert.deepEqual(await free(), [9, 900, CouponStatus.USED]);
  await bed.assertBalanced([goodsId]);
});

test('a cancelled order, and one that was not paid in time, give back all three', async () => {
  const parts = { couponId, walletAmount: euros(150) };
  const { id: orderId } = await place(parts);
  await bed.api.cancelOrder({ ...freshKey, orderId }, call);
  assert.deepEqual(await free(), everything);
  await place(parts);
  await bed.pass(unpaidMs);
  await bed.transactionsEnd();
  assert.deepEqual(await free(), everything);
  await bed.assertBalanced([goodsId]);
});

test('whoever takes no part is not asked', async () => {
  const { id, payable } = await place({ walletAmount: euros(0) });
  assert.deepEqual(payable, euros(450));
  await bed.api.cancelOrder({ ...freshKey, orderId: id }, call);
  const asked = bed.steps.begun.filter((step) => /coupon|funds/i.test(step));
  assert.deepEqual(asked, []);
});

test('a coupon makes nothing cheaper than free, and the wallet pays all that is left', async () => {
  couponId = addCoupon({ off: 10_000 });
  const gift = await place({ couponId });
  assert.deepEqual([gift.discount, gift.payable], [euros(450), euros(0)]);
  await bed.api.payOrder({ ...freshKey, orderId: gift.id, paymentToken: 'sandbox-ok' }, call);
  const { payable } = await place({ couponId: addCoupon(), walletAmount: euros(150) });
  assert.deepEqual(payable, euros(0));
  await bed.assertBalanced([goodsId]);
});

test('more money than is left to pay, or another currency, is no walletAmount', async () => {
  const before = await orderCount();
  for (const change of [
    { walletAmount: euros(451) },
    { couponId, walletAmount: euros(151) },
    { walletAmount: { amountCents: 1, currency: 'USD' } },
    { walletAmount: { amountCents: -1, currency: 'EUR' } },
  ]) {
    const isNegative = change.walletAmount.amountCents < 0;
    const field = isNegative ? 'walletAmount.amountCents' : 'walletAmount';
    await assert.rejects(place(change), violates(field));
  }
  await assert.rejects(place({ couponId: 'x' }), violates('couponId'));
  assert.deepEqual(await free(), everything);
  assert.equal(await orderCount(), before);
});

test('each coupon that cannot be had is refused by its own code, before anything is held', async () => {
  const theirs = addCoupon({ userId: stranger.userId });
  for (const id of ['999', theirs]) {
    await assert.rejects(place({ couponId: id }), failsWith('COUPON_NOT_FOUND', { couponId: id }));
  }
  // Administrators see everybody's coupons, and use their own.
  const adminsCart = { couponId, addressId: administratorsAddressId };
  await assert.rejects(bed.place([goodsId], adminsCart, administrator), failsWith('COUPON_NOT_FOUND'));
  for (const [status, code] of [
    [CouponStatus.EXPIRED, 'COUPON_EXPIRED'],
    [CouponStatus.LOCKED, 'COUPON_UNAVAILABLE'],
    [CouponStatus.USED, 'COUPON_UNAVAILABLE'],
  ] as const) {
    const id = addCoupon({ status });
    await assert.rejects(place({ couponId: id }), failsWith(code, { couponId: id }));
  }
  const dear = addCoupon({ from: 451 });
  const dearDetail = { couponId: dear, minimumTotal: euros(451) };
  await assert.rejects(place({ couponId: dear }), failsWith('COUPON_MINIMUM_NOT_REACHED', dearDetail));
  const dollars = { amountCents: 100, currency: 'USD' };
  bed.coupons.add({ id: '499', userId: customer.userId, discount: dollars, minimumTotal: dollars });
  const foreignDetail = { couponId: '499', minimumTotal: dollars };
  await assert.rejects(place({ couponId: '499' }), failsWith('COUPON_MINIMUM_NOT_REACHED', foreignDetail));
  assert.ok(!bed.steps.begun.includes('reserveStock'));
  assert.deepEqual(await free(), everything);
});

test('of orders with one coupon at once exactly one has it, and the others hold nothing', async () => {
  const outcomes = await bed.inTime(
    Promise.allSettled(Array.from({ length: 8 }, () => place({ couponId, walletAmount: euros(100) }))),
  );
  await bed.transactionsEnd();
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') failsWith('COUPON_UNAVAILABLE', { couponId })(outcome.reason);
  }
  assert.deepEqual(await free(), [9, 900, CouponStatus.LOCKED]);
  await bed.assertBalanced([goodsId]);
});

/** Between the look at the cart and the hold somebody else takes it. */
const refusals = {
  reserveStock: () => new AppError('OUT_OF_STOCK', { goodsId, available: 0 }),
  lockCoupon: () => new AppError('COUPON_UNAVAILABLE', { couponId }),
  holdFunds: () => new AppError('INSUFFICIENT_FUNDS', { balance: euros(20) }),
};

for (const [refused, refusal] of Object.entries(refusals)) {
  test(`where ${refused} is refused, its code is the answer and all is free again`, async () => {
    const before = await orderCount();
    const error = refusal();
    bed.steps.fault = (step, when) => {
      if (step === refused && when === 'before') throw error;
    };
    const placing = bed.inTime(place({ couponId, walletAmount: euros(100) }));
    await assert.rejects(placing, failsWith(error.code, error.detail));
    await bed.transactionsEnd();
    assert.deepEqual(await free(), everything);
    assert.equal(await orderCount(), before);
    await bed.assertBalanced([goodsId]);
  });
}

test('what the wallet has not, it does not pay', async () => {
  bed.funds.available.set(customer.userId, 99);
  const placing = bed.inTime(place({ couponId, walletAmount: euros(100) }));
  await assert.rejects(placing, failsWith('INSUFFICIENT_FUNDS', { balance: euros(99) }));
  await bed.transactionsEnd();
  assert.deepEqual(await free(), [10, 99, CouponStatus.AVAILABLE]);
});
