import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Delivery } from '@tiffin/lib/events/event-bus';
import type { Inbox } from '@tiffin/lib/events/inbox';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { DeliveryStatus } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import type { DeliveryChanged } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery_events';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { customer } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { followDeliveries } from './follow-deliveries.ts';

let bed: OrderTestBed;
before(async () => {
  bed = await createOrderTestBed();
});
after(() => bed.stop());
/** Paid. */
let orderId: string;
beforeEach(async () => {
  orderId = (await bed.place([await bed.addGoods(10)])).id;
  await bed.api.payOrder({ ...freshKey, orderId, paymentToken: 'sandbox-ok' }, callBy(customer));
});

let events = 0;
function changed(status: DeliveryStatus, occurredAt = new Date(bed.clock.now())): Delivery<DeliveryChanged> {
  const payload = { deliveryId: '1', orderId, status };
  return {
    event: Event.fromPartial({ id: `event-${++events}`, occurredAt }),
    payload,
    attempt: 1,
    signal: new AbortController().signal,
  };
}
const hear = (delivery: Delivery<DeliveryChanged>) => followDeliveries(bed.deps).handle(delivery);
const { ASSIGNED, PICKED_UP, DELIVERED } = DeliveryStatus;
const statusAndVersion = async () => {
  const { orders } = await bed.api.batchGetOrders({ ids: [orderId] }, callBy(customer));
  return [orders[0]?.order?.status, orders[0]?.order?.version];
};
const timeline = async () => {
  const { timelines } = await bed.api.batchGetOrderTimelines({ orderIds: [orderId] }, callBy(customer));
  return timelines[0]?.steps.map(({ status }) => status);
};
/** What stands in the timeline, and how many minutes ago. */
const stepsAgo = async () => {
  const { timelines } = await bed.api.batchGetOrderTimelines({ orderIds: [orderId] }, callBy(customer));
  const nowMs = bed.clock.now();
  return timelines[0]?.steps.map(({ status, at }) => [
    status.replace('ORDER_STATUS_', ''),
    (nowMs - (at?.getTime() ?? 0)) / 60_000,
  ]);
};
const minutesAgo = (minutes: number) => new Date(bed.clock.now() - minutes * 60_000);
const completions = async () =>
  (await bed.deps.database.query('select id from "order".delayed_task where key = ?', [orderId])).length;

test('an order follows its delivery step by step, and waits to be completed', async () => {
  for (const [index, status] of [ASSIGNED, PICKED_UP, DELIVERED].entries()) {
    await hear(changed(status));
    const name = status.replace('DELIVERY', 'ORDER');
    assert.deepEqual(await statusAndVersion(), [name, 3 + index]);
    assert.equal(await completions(), status === DELIVERED ? 1 : 0);
  }
  assert.deepEqual(await timeline(), [
    'ORDER_STATUS_CREATED',
    'ORDER_STATUS_PAID',
    'ORDER_STATUS_ASSIGNED',
    'ORDER_STATUS_PICKED_UP',
    'ORDER_STATUS_DELIVERED',
  ]);
});

test('an event that comes again, one after the other or at once, changes nothing', async () => {
  const delivery = changed(ASSIGNED);
  bed.signals.length = 0;
  await Promise.all([hear(delivery), hear(delivery), hear(delivery)]);
  await hear(delivery);
  assert.deepEqual(bed.signals, [`order:${orderId}`], 'those who watch it are told once');
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_ASSIGNED', 3]);
  const seen = await bed.deps.database.query('select consumer from "order".inbox where event_id = ?', [
    delivery.event.id,
  ]);
  assert.deepEqual(seen, [{ consumer: 'order.deliveries' }]);
});

test('events that come out of order never lead it back', async () => {
  await hear(changed(PICKED_UP));
  await hear(changed(ASSIGNED));
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_PICKED_UP', 3]);
  await hear(changed(DELIVERED));
  for (const late of [PICKED_UP, ASSIGNED, DELIVERED]) await hear(changed(late));
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_DELIVERED', 4]);
  assert.equal(await completions(), 1);
  await bed.api.completeOrder({ ...freshKey, orderId }, callBy(customer));
  for (const late of [ASSIGNED, DELIVERED]) await hear(changed(late));
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_COMPLETED', 5]);
  assert.equal(await completions(), 0);
});

test('what is heard after an outage stands where and when it happened', async () => {
  await bed.clock.advance(180 * 60_000);
  await hear(changed(ASSIGNED, minutesAgo(176)));
  await hear(changed(DELIVERED, minutesAgo(146)));
  for (let n = 0; n < 2; n++) await hear(changed(PICKED_UP, minutesAgo(164)));
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_DELIVERED', 4]);
  const steps = [
    ['CREATED', 180],
    ['PAID', 180],
    ['ASSIGNED', 176],
    ['PICKED_UP', 164],
    ['DELIVERED', 146],
  ];
  assert.deepEqual(await stepsAgo(), steps);
  const [task] = await bed.deps.database.query<{ due_ms: number }>(
    `select (extract(epoch from due_at) * 1000)::float8 as due_ms from "order".delayed_task where key = ?`,
    [orderId],
  );
  assert.equal(task?.due_ms, minutesAgo(146).getTime() + 24 * 3_600_000, 'a day after the delivery');
  await bed.api.completeOrder({ ...freshKey, orderId }, callBy(customer));
  assert.deepEqual(await stepsAgo(), [...steps, ['COMPLETED', 0]]);
});

test('what comes late of an order that was completed is written down, and what comes last first', async () => {
  await bed.clock.advance(60 * 60_000);
  await hear(changed(DELIVERED, minutesAgo(10)));
  await bed.api.completeOrder({ ...freshKey, orderId }, callBy(customer));
  await hear(changed(PICKED_UP, minutesAgo(20)));
  await hear(changed(ASSIGNED, minutesAgo(30)));
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_COMPLETED', 4]);
  assert.deepEqual((await stepsAgo())?.slice(1), [
    ['PAID', 60],
    ['ASSIGNED', 30],
    ['PICKED_UP', 20],
    ['DELIVERED', 10],
    ['COMPLETED', 0],
  ]);
});

test('clocks that differ put no step before the one that it follows', async () => {
  await bed.clock.advance(60_000);
  await hear(changed(PICKED_UP, minutesAgo(3)));
  await hear(changed(ASSIGNED, minutesAgo(2)));
  await hear(changed(DELIVERED, minutesAgo(-5)));
  await bed.api.completeOrder({ ...freshKey, orderId }, callBy(customer));
  assert.deepEqual(await stepsAgo(), [
    ['CREATED', 1],
    ['PAID', 1],
    ['ASSIGNED', 1],
    ['PICKED_UP', 1],
    ['DELIVERED', 0],
    ['COMPLETED', 0],
  ]);
});

test('a delivery that still looks for a courier changes nothing', async () => {
  const others = Object.values(DeliveryStatus).filter(
    (status) => ![ASSIGNED, PICKED_UP, DELIVERED].includes(status as never),
  );
  assert.ok(others.length > 0);
  for (const status of others) await hear(changed(status));
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_PAID', 2]);
});

test('an order that is not paid stays where it is, whatever is told of a delivery', async () => {
  orderId = (await bed.place([await bed.addGoods(10)])).id;
  await hear(changed(DELIVERED));
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_CREATED', 1]);
});

test('a delivery of an order that there is not is no news, and comes again', async () => {
  orderId = '999999';
  const delivery = changed(ASSIGNED);
  await assert.rejects(hear(delivery), /does not exist/);
  const seen = await bed.deps.database.query('select from "order".inbox where event_id = ?', [
    delivery.event.id,
  ]);
  assert.deepEqual(seen, []);
});

test('without the inbox the aggregate alone keeps a repetition from changing anything', async () => {
  const forgetful: Pick<Inbox, 'once'> = {
    async once(_consumer, _eventId, work) {
      await bed.deps.database.transaction(work);
      return true;
    },
  };
  const inbox = { ...bed.deps.inbox, ...forgetful };
  const delivery = changed(DELIVERED);
  for (let n = 0; n < 2; n++) await followDeliveries({ ...bed.deps, inbox }).handle(delivery);
  assert.deepEqual(await statusAndVersion(), ['ORDER_STATUS_DELIVERED', 3]);
});
