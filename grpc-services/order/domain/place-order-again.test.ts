import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { noIdempotency } from '@tiffin/lib/testing/no-idempotency';
import { orderApi } from '../api/order-api.ts';
import { customer, type Step } from '../neighbours-test-bed.ts';
import { cartOf, createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import type { OrderDeps } from './deps.ts';

let bed: OrderTestBed;
before(async () => {
  bed = await createOrderTestBed();
});
after(() => bed.stop());
/** 10 units. */
let goodsId: string;
/** The same each time it is sent. */
let request: ReturnType<typeof cartOf>;
let ordersBefore: number;
beforeEach(async () => {
  bed.steps.fault = () => {};
  goodsId = await bed.addGoods(10);
  request = cartOf([goodsId]);
  ordersBefore = await orderCount();
  bed.steps.begun.length = 0;
});

const call = callBy(customer);
const orderCount = async () => (await bed.ordersOf(customer.userId)).length;
const effects = async () => [(await orderCount()) - ordersBefore, 10 - (await bed.available(goodsId))];
const oneOrder = [1, 1];

function failOnce(failing: Step, moment: 'before' | 'after') {
  let isDone = false;
  bed.steps.fault = (step, when) => {
    if (isDone || step !== failing || when !== moment) return;
    isDone = true;
    throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
  };
}

test('100 attempts at once under one key are one order and one reservation', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => bed.api.placeOrder(request, call)));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal(bed.steps.begun.filter((step) => step === 'reserveStock').length, 1);
  assert.deepEqual(await effects(), oneOrder);
  await bed.assertBalanced([goodsId]);
});

test('attempts of which no key is heeded are an order each (control)', async () => {
  const heedless = orderApi({ ...bed.deps, idempotency: noIdempotency(bed.deps.database) });
  await Promise.all([heedless.placeOrder(request, call), heedless.placeOrder(request, call)]);
  assert.deepEqual(await effects(), [2, 2]);
});

test('an order that stands though its answer was lost is what the same attempt gets next', async () => {
  failOnce('commit', 'after');
  await assert.rejects(bed.api.placeOrder(request, call), failsWith('UNAVAILABLE'));
  assert.deepEqual(await effects(), oneOrder);
  const { order } = await bed.api.placeOrder(request, call);
  assert.deepEqual(await effects(), oneOrder);
  assert.deepEqual((await bed.ordersOf(customer.userId))[0], order);
  await bed.assertBalanced([goodsId]);
});

for (const [step, moment] of [
  ['batchGetGoods', 'before'],
  ['reserveStock', 'before'],
  ['reserveStock', 'after'],
  ['commit', 'before'],
] as const) {
  test(`an attempt that failed ${moment} ${step} is made anew, with one order in the end`, async () => {
    failOnce(step, moment);
    await assert.rejects(bed.inTime(bed.api.placeOrder(request, call)), failsWith('UNAVAILABLE'));
    await bed.transactionsEnd();
    assert.deepEqual(await effects(), [0, 0]);
    await bed.api.placeOrder(request, call);
    assert.deepEqual(await effects(), oneOrder);
    await bed.assertBalanced([goodsId]);
  });
}

test('a process that was too slow gives its stock back, and has its caller ask for the order of the one that took over', async () => {
  const reserved = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const transactions: OrderDeps['transactions'] = {
    ...bed.deps.transactions,
    async begin(...args) {
      await bed.deps.transactions.begin(...args);
      reserved.resolve();
      await gate.promise;
    },
  };
  const metrics = createMetrics();
  const slow = orderApi({
    ...bed.deps,
    idempotency: createIdempotency({ ...bed.deps, metrics }),
    transactions,
  });
  const late = slow.placeOrder(request, call);
  await reserved.promise;
  bed.clock.jump(30_001);
  const answer = await bed.api.placeOrder(request, call);
  gate.resolve();
  await assert.rejects(bed.inTime(late), failsWith('UNAVAILABLE'));
  assert.deepEqual(await slow.placeOrder(request, call), answer);
  await bed.transactionsEnd();
  assert.deepEqual(await effects(), oneOrder);
  await bed.assertBalanced([goodsId]);
});

test('an attempt that comes again soon after its process died is not refused for what it holds itself', async () => {
  const last = await bed.addGoods(1);
  bed.coupons.add({
    id: '51',
    userId: customer.userId,
    discount: { amountCents: 100, currency: 'EUR' },
    minimumTotal: { amountCents: 0, currency: 'EUR' },
  });
  bed.funds.available.set(customer.userId, 100);
  const everything = cartOf([last], {
    couponId: '51',
    walletAmount: { amountCents: 100, currency: 'EUR' },
  });
  let isDead = false;
  bed.steps.fault = (step, when) => {
    isDead ||= step === 'commit' && when === 'before';
    if (isDead) throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
  };
  // All that it would do about its failure fails as well.
  const rows = bed.deps.transactions;
  const dying = orderApi({ ...bed.deps, transactions: { ...rows, abandon: async () => {} } });
  await assert.rejects(bed.inTime(dying.placeOrder(everything, call)));
  bed.steps.fault = () => {};
  // Its claim on the key is over, and nobody has cancelled what it began.
  bed.clock.jump(30_001);
  assert.equal(await bed.available(last), 0);
  const { order } = await bed.inTime(bed.api.placeOrder(everything, call));
  assert.equal(order?.status, 'ORDER_STATUS_CREATED');
  await bed.transactionsEnd();
  await bed.assertBalanced([last]);
});
