import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { administrator, customer, stranger } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';

let bed: OrderTestBed;
let goodsId: string;
let orderId: string;
before(async () => {
  bed = await createOrderTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  bed.steps.fault = () => {};
  goodsId = await bed.addGoods(10);
  orderId = (await bed.place([goodsId])).id;
});

const pay = (identity = customer, paymentToken = 'sandbox-ok') =>
  bed.api.payOrder({ ...freshKey, orderId, paymentToken }, callBy(identity));
const cancel = (identity = customer) => bed.api.cancelOrder({ ...freshKey, orderId }, callBy(identity));
const readOrder = async () => {
  const { orders } = await bed.api.batchGetOrders({ ids: [orderId] }, callBy(customer));
  return orders[0]?.order ?? assert.fail();
};

test('a payment changes the status and the version, and the stock is sold', async () => {
  const placed = await readOrder();
  const { order } = await pay();
  assert.deepEqual(order, { ...placed, status: 'ORDER_STATUS_PAID', version: 2 });
  assert.deepEqual(await readOrder(), order);
  assert.equal(await bed.available(goodsId), 9);
  await bed.assertBalanced([goodsId]);
});

test('a cancellation gives the stock back', async () => {
  const placed = await readOrder();
  const { order } = await cancel();
  assert.deepEqual(order, { ...placed, status: 'ORDER_STATUS_CANCELLED', version: 2 });
  assert.deepEqual(await readOrder(), order);
  assert.equal(await bed.available(goodsId), 10);
  await bed.assertBalanced([goodsId]);
});

test('paid twice, cancelled twice, and one after the other: typed answers, and the stock moves once', async () => {
  await pay();
  await assert.rejects(pay(), failsWith('ORDER_ALREADY_PAID', { orderId }));
  await assert.rejects(cancel(), failsWith('ORDER_ALREADY_PAID', { orderId }));
  assert.equal(await bed.available(goodsId), 9);
  orderId = (await bed.place([goodsId])).id;
  await cancel();
  await assert.rejects(cancel(), failsWith('ORDER_CANCELLED', { orderId }));
  await assert.rejects(pay(), failsWith('ORDER_CANCELLED', { orderId }));
  assert.equal(await bed.available(goodsId), 9);
  assert.equal((await readOrder()).version, 2);
});

test('a declined payment leaves the order to be paid; what was paid stays paid', async () => {
  await assert.rejects(pay(customer, 'sandbox-declined'), failsWith('PAYMENT_DECLINED', { orderId }));
  assert.deepEqual([(await readOrder()).status, (await readOrder()).version], ['ORDER_STATUS_CREATED', 1]);
  await pay();
  await assert.rejects(pay(customer, 'sandbox-declined'), failsWith('ORDER_ALREADY_PAID'));
});

test('where nothing is payable nothing is charged, and nothing can be declined', async () => {
  bed.funds.available.set(customer.userId, 450);
  const walletAmount = { amountCents: 450, currency: 'EUR' };
  orderId = (await bed.place([goodsId], { walletAmount })).id;
  const { order } = await pay(customer, 'sandbox-declined');
  assert.equal(order?.status, 'ORDER_STATUS_PAID');
  assert.equal(bed.funds.captured.get(orderId), 450);
});

test('of payments and cancellations at once exactly one wins, and the others learn who did', async () => {
  goodsId = await bed.addGoods(100);
  const winners = new Set<string | undefined>();
  for (let round = 0; round < 20; round++) {
    orderId = (await bed.place([goodsId])).id;
    const unitsBefore = await bed.available(goodsId);
    const calls = round % 2 === 0 ? [pay, cancel, pay, cancel] : [cancel, pay, cancel, pay];
    const outcomes = await Promise.allSettled(calls.map((call) => call()));
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.order] : []));
    assert.equal(won.length, 1);
    winners.add(won[0]?.status);
    const { status, version } = await readOrder();
    assert.deepEqual([won[0]?.status, won[0]?.version], [status, 2]);
    assert.equal(version, 2);
    const expected = status === 'ORDER_STATUS_PAID' ? 'ORDER_ALREADY_PAID' : 'ORDER_CANCELLED';
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        assert.ok(AppError.is(outcome.reason, expected), String(outcome.reason));
    }
    const returned = status === 'ORDER_STATUS_CANCELLED' ? 1 : 0;
    assert.equal(await bed.available(goodsId), unitsBefore + returned);
  }
  assert.equal(winners.size, 2);
  await bed.assertBalanced([goodsId]);
});

for (const [decide, step, expected] of [
  [pay, 'deductStock', ['ORDER_STATUS_PAID', 9]],
  [cancel, 'releaseStock', ['ORDER_STATUS_CANCELLED', 10]],
] as const) {
  for (const when of ['before', 'after'] as const) {
    test(`${step} that fails three times (${when} it happened) keeps nobody waiting, and happens in the end`, async () => {
      let lost = 3;
      bed.steps.fault = (begun, moment) => {
        if (begun === step && moment === when && lost-- > 0) {
          throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
        }
      };
      const { order } = await bed.inTime(decide());
      assert.equal(order?.status, expected[0]);
      assert.equal(lost, 2);
      await bed.transactionsEnd();
      assert.equal(lost, -1);
      assert.equal(await bed.available(goodsId), expected[1]);
      await bed.assertBalanced([goodsId]);
    });
  }
}

test('a participant that does not answer is waited for a second, and goes on', async () => {
  const gate = Promise.withResolvers<void>();
  bed.steps.fault = (step) => (step === 'releaseStock' ? gate.promise : undefined);
  const startMs = bed.clock.now();
  await bed.inTime(cancel());
  const waitedMs = bed.clock.now() - startMs;
  assert.ok(waitedMs >= 1_000 && waitedMs < 1_500, `${waitedMs}`);
  gate.resolve();
  await bed.transactionsEnd();
  assert.equal(await bed.available(goodsId), 10);
});

test('what was decided and has ended is not told to anybody again', async () => {
  const request = { ...freshKey, orderId };
  const answer = await bed.api.cancelOrder(request, callBy(customer));
  bed.steps.begun.length = 0;
  assert.deepEqual(await bed.api.cancelOrder(request, callBy(customer)), answer);
  await bed.recover(60);
  assert.deepEqual(bed.steps.begun, []);
  await bed.assertBalanced([goodsId]);
});

test("nobody touches somebody else's order, nor learns that it exists", async () => {
  for (const change of [pay, cancel]) {
    await assert.rejects(change(stranger), failsWith('ORDER_NOT_FOUND', { orderId }));
    await assert.rejects(change(administrator), failsWith('ORDER_NOT_FOUND', { orderId }));
    await assert.rejects(change(userWith('1')), failsWith('FORBIDDEN'));
  }
  for (const [identity, code] of [
    [anonymous, 'UNAUTHENTICATED'],
    [ownProcess, 'FORBIDDEN'],
  ] as const) {
    const request = { ...freshKey, orderId, paymentToken: 'sandbox-ok' };
    await assert.rejects(bed.api.payOrder(request, callBy(identity)), failsWith(code));
    await assert.rejects(bed.api.cancelOrder({ ...freshKey, orderId }, callBy(identity)), failsWith(code));
  }
  assert.equal((await readOrder()).version, 1);
});
