import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { anonymous } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { OrderCompleted } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { administrator, customer, openShopId, stranger } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { completeDelivered } from './complete-order.ts';
import { followDelivery } from './follow-delivery.ts';
import { orderService } from './own-behalf.ts';

let bed: OrderTestBed;
before(async () => {
  bed = await createOrderTestBed();
});
after(() => bed.stop());
/** Delivered. */
let orderId: string;
let events = 0;
beforeEach(async () => {
  bed.steps.fault = () => {};
  orderId = (await bed.place([await bed.addGoods(10)])).id;
  await bed.api.payOrder({ ...freshKey, orderId, paymentToken: 'sandbox-ok' }, callBy(customer));
  const heard = { consumer: 'test', eventId: `delivered-${++events}`, budget: {} };
  await followDelivery(bed.deps, heard, orderId, 'DELIVERED');
});

const complete = (identity = customer, key = freshKey.idempotencyKey) =>
  bed.api.completeOrder({ idempotencyKey: key, orderId }, callBy(identity));
const statusAndVersion = async () => {
  const { orders } = await bed.api.batchGetOrders({ ids: [orderId] }, callBy(customer));
  return [orders[0]?.order?.status, orders[0]?.order?.version];
};
const completesAfterMs = 24 * 3_600_000;
const completed = ['ORDER_STATUS_COMPLETED', 4];
const told = async () => {
  const rows = await bed.deps.database.query<{ event_id: string; payload: Uint8Array }>(
    `select event_id, payload from "order".outbox where topic = 'order.completed.v1' and aggregate_id = ?`,
    [orderId],
  );
  return rows.map(({ payload }) => OrderCompleted.decode(Buffer.from(payload)));
};
const theEvent = () => OrderCompleted.fromPartial({ orderId, userId: customer.userId, shopId: openShopId });
const tasks = () => bed.deps.database.query('select id from "order".delayed_task where key = ?', [orderId]);

test('the customer completes a delivered order, once, and it is told once', async () => {
  const { order } = await complete();
  assert.deepEqual([order?.status, order?.version], completed);
  assert.deepEqual((await complete()).order, order);
  assert.deepEqual(await tasks(), []);
  await bed.pass(completesAfterMs);
  await completeDelivered(bed.deps, callBy(orderService), orderId);
  assert.deepEqual(await statusAndVersion(), completed);
  assert.deepEqual(await told(), [theEvent()]);
});

test('it completes by itself a day after its delivery, and not before', async () => {
  await bed.pass(completesAfterMs - 1_000);
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_DELIVERED', 3]);
  assert.deepEqual(await told(), []);
  bed.signals.length = 0;
  await bed.pass(1_000);
  assert.deepEqual(bed.signals, [`order:${orderId}`]);
  assert.deepEqual(await statusAndVersion(), completed);
  assert.deepEqual(await told(), [theEvent()]);
  assert.deepEqual(await tasks(), []);
});

test('of the customer and the time, both at once, one completes it and neither fails', async () => {
  await Promise.all([complete(), completeDelivered(bed.deps, callBy(orderService), orderId), complete()]);
  assert.deepEqual(await statusAndVersion(), completed);
  assert.deepEqual(await told(), [theEvent()]);
});

test('the step notes the event that told it', async () => {
  await complete();
  const rows = await bed.deps.database.query<{ status: string; event_id: string | null; is_told: boolean }>(
    `select status, exists (select from "order".outbox where outbox.event_id = order_step.event_id) as is_told
     from "order".order_step where order_id = ? order by version`,
    [orderId],
  );
  assert.deepEqual(
    rows.map(({ status, is_told }) => [status, is_told]),
    [
      ['CREATED', false],
      ['PAID', true],
      ['DELIVERED', false],
      ['COMPLETED', true],
    ],
  );
});

test('nobody else completes it, nor learns that it exists', async () => {
  for (const identity of [stranger, administrator]) {
    await assert.rejects(complete(identity), failsWith('ORDER_NOT_FOUND', { orderId }));
  }
  const request = () => ({ ...freshKey, orderId });
  await assert.rejects(bed.api.completeOrder(request(), callBy(anonymous)), failsWith('UNAUTHENTICATED'));
  await assert.rejects(bed.api.completeOrder(request(), callBy(ownProcess)), failsWith('FORBIDDEN'));
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_DELIVERED', 3]);
});
