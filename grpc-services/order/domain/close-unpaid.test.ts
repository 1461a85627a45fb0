import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { customer } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { closeUnpaid } from './close-unpaid.ts';
import { orderService } from './own-behalf.ts';

let bed: OrderTestBed;
before(async () => {
  bed = await createOrderTestBed();
});
after(() => bed.stop());
let goodsId: string;
let orderId: string;
beforeEach(async () => {
  bed.steps.fault = () => {};
  goodsId = await bed.addGoods(10);
  orderId = (await bed.place([goodsId])).id;
});

const unpaidMs = 30 * 60_000;
const call = callBy(customer);
const pay = () => bed.api.payOrder({ ...freshKey, orderId, paymentToken: 'sandbox-ok' }, call);
const cancel = () => bed.api.cancelOrder({ ...freshKey, orderId }, call);
const state = async () => {
  const { orders } = await bed.api.batchGetOrders({ ids: [orderId] }, call);
  const order = orders[0]?.order;
  return [order?.status, order?.version, await bed.available(goodsId)];
};
const closed = ['ORDER_STATUS_CLOSED', 2, 10];
const tasks = () =>
  bed.deps.database.query<{ kind: string }>('select kind from "order".delayed_task where key = ?', [orderId]);

test('an order that is not paid within 30 minutes is closed, not before, and its stock returns', async () => {
  await bed.pass(unpaidMs - 1_000);
  assert.deepEqual(await state(), ['ORDER_STATUS_CREATED', 1, 9]);
  bed.signals.length = 0;
  await bed.pass(1_000);
  assert.deepEqual(await state(), closed);
  assert.ok(bed.signals.includes(`order:${orderId}`));
  assert.deepEqual(await tasks(), []);
  await bed.pass(unpaidMs);
  assert.deepEqual(await state(), closed);
  await bed.assertBalanced([goodsId]);
});

for (const [decide, status, available] of [
  [pay, 'ORDER_STATUS_PAID', 9],
  [cancel, 'ORDER_STATUS_CANCELLED', 10],
] as const) {
  test(`${status}: an order that is decided in time is never closed`, async () => {
    assert.equal((await tasks()).length, 1);
    await decide();
    assert.deepEqual(await tasks(), []);
    await bed.pass(2 * unpaidMs);
    assert.deepEqual(await state(), [status, 2, available]);
    // Nor by a process that has taken the task already.
    await closeUnpaid(bed.deps, callBy(orderService), orderId);
    assert.deepEqual(await state(), [status, 2, available]);
    await bed.assertBalanced([goodsId]);
  });
}

test('of a payment and the end of its time one wins, and the other finds that out', async () => {
  const winners = new Set<string>();
  goodsId = await bed.addGoods(20);
  for (let round = 0; round < 12; round++) {
    orderId = (await bed.place([goodsId])).id;
    const close = () => closeUnpaid(bed.deps, callBy(orderService), orderId);
    // The payment looks its key up first: it comes to the order a few turns later.
    const late = async () => {
      for (let turn = 0; turn < round; turn++) await bed.clock.advance(0);
      await close();
    };
    const [paid, closing] = await Promise.allSettled([pay(), late()]);
    assert.equal(closing.status, 'fulfilled');
    const [status, version] = await state();
    assert.equal(version, 2);
    if (paid.status === 'fulfilled') assert.equal(status, 'ORDER_STATUS_PAID');
    else {
      assert.ok(AppError.is(paid.reason, 'ORDER_CLOSED'), String(paid.reason));
      assert.equal(status, 'ORDER_STATUS_CLOSED');
    }
    winners.add(String(status));
  }
  await bed.transactionsEnd();
  assert.equal(winners.size, 2, 'Both of them should win once.');
  await bed.assertBalanced([goodsId]);
});

test('a closing that fails is tried again', async () => {
  let failures = 2;
  bed.steps.fault = (step, when) => {
    if (step === 'commit' && when === 'before' && failures-- > 0) throw new Error('The database is away.');
  };
  await bed.pass(unpaidMs);
  assert.ok(failures < 0);
  assert.deepEqual(await state(), closed);
});

test('an order is not closed unless what it holds is freed', async () => {
  await bed.deps.database.query('delete from "order".tcc_transaction where id = ?', [orderId]);
  await assert.rejects(closeUnpaid(bed.deps, callBy(orderService), orderId), /no prepared transaction/);
  await assert.rejects(pay());
  await assert.rejects(cancel());
  assert.deepEqual(await state(), ['ORDER_STATUS_CREATED', 1, 9]);
});
