import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import type { Order } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { customer } from '../neighbours-test-bed.ts';
import { cartOf, createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { closeUnpaid } from './close-unpaid.ts';
import { orderService } from './own-behalf.ts';

let postgres: RealPostgres;
let bed: OrderTestBed;
before(async () => {
  postgres = await createRealPostgres();
  bed = await createOrderTestBed(postgres);
});
after(async () => {
  await bed.stop();
  await postgres.drop();
});

/** As customers do: on a busy machine a session waits for too long for a row, and the same attempt is made again. */
async function persist<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (count === 10 || !AppError.is(error, 'UNAVAILABLE')) throw error;
    }
  }
}

async function place(goodsId: string): Promise<Order> {
  const request = cartOf([goodsId]);
  const { order } = await persist(() => bed.api.placeOrder(request, callBy(customer)));
  return order ?? assert.fail();
}

test('of 200 buyers on 40 sessions exactly one gets the last unit, and 199 learn why not', async () => {
  const last = await bed.addGoods(1);
  const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => place(last)));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    assert.ok(AppError.is(outcome.reason, 'OUT_OF_STOCK'), String(outcome.reason));
    assert.deepEqual({ ...outcome.reason.detail }, { goodsId: last, available: 0 });
  }
  // Sessions that waited for too long for one row gave up; the recovery did not.
  await bed.transactionsEnd();
  await bed.assertBalanced([last]);
});

const codes = {
  ORDER_STATUS_PAID: 'ORDER_ALREADY_PAID',
  ORDER_STATUS_CANCELLED: 'ORDER_CANCELLED',
  ORDER_STATUS_CLOSED: 'ORDER_CLOSED',
} as const;

test('of payments, cancellations and the end of the time in competing sessions exactly one wins, and the others learn who did', async () => {
  const goodsId = await bed.addGoods(50);
  const call = callBy(customer);
  const orders = await Promise.all(Array.from({ length: 50 }, () => place(goodsId)));
  const races = orders.map(async ({ id: orderId }) => {
    const closing = closeUnpaid(bed.deps, callBy(orderService), orderId);
    const outcomes = await Promise.allSettled(
      [0, 1].flatMap(() => {
        const payment = { ...freshKey, orderId, paymentToken: 'sandbox-ok' };
        const cancellation = { ...freshKey, orderId };
        return [
          persist(() => bed.api.payOrder(payment, call)),
          persist(() => bed.api.cancelOrder(cancellation, call)),
        ];
      }),
    );
    await closing;
    const answer = await bed.api.batchGetOrders({ ids: [orderId] }, call);
    const order = answer.orders[0]?.order ?? assert.fail();
    assert.equal(order.version, 2);
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.order] : []));
    assert.deepEqual(won, order.status === 'ORDER_STATUS_CLOSED' ? [] : [order]);
    const expected = codes[order.status as keyof typeof codes];
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        assert.ok(AppError.is(outcome.reason, expected), String(outcome.reason));
    }
  });
  await Promise.all(races);
  // Sessions that waited for too long for one row gave up; the recovery did not.
  await bed.transactionsEnd();
  await bed.assertBalanced([goodsId]);
});
