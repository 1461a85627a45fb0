import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Inbox } from '@tiffin/lib/events/inbox';
import {
  createDeliveryTestBed,
  customer,
  type DeliveryTestBed,
  paidOrder,
  shopId,
} from '../delivery-test-bed.ts';
import { beginGraceMs } from '../domain/request-delivery.ts';
import { requestDeliveries } from './request-deliveries.ts';

describe('a paid order', () => {
  let bed: DeliveryTestBed;
  before(async () => {
    bed = await createDeliveryTestBed();
  });
  after(() => bed.stop());
  beforeEach(() => bed.clear());

  let orders = 0;
  const newOrderId = () => String(++orders);
  const hear = (heard: ReturnType<typeof paidOrder>, inbox: Inbox = bed.deps.inbox) =>
    requestDeliveries({ ...bed.deps, inbox }).handle(heard);
  const deliveries = () =>
    bed.deps.database.query<{ id: string; order_id: string }>(
      'select id, order_id from delivery.delivery order by id',
    );
  /** Sees every event as if it were new. */
  const forgetful: Inbox = {
    async once(_consumer, _eventId, work) {
      await bed.deps.database.transaction(work);
      return true;
    },
    forget: async () => 0,
  };

  it('has a delivery that waits for a courier, of which nothing is told yet', async () => {
    const orderId = newOrderId();
    await hear(paidOrder(orderId));
    const [row] = await deliveries();
    const at = new Date(bed.clock.now());
    assert.deepEqual(await bed.getDelivery(row?.id ?? ''), {
      id: row?.id,
      orderId,
      userId: customer.userId,
      shopId,
      status: 'DELIVERY_STATUS_REQUESTED',
      courierName: undefined,
      requestedAt: at,
      changedAt: at,
      version: 1,
    });
    assert.deepEqual(await bed.told(), []);
  });

  it('has one delivery, however often it is heard, in turn or at the same time', async () => {
    const heard = paidOrder(newOrderId());
    await Promise.all(Array.from({ length: 5 }, () => hear(heard)));
    await hear(heard);
    assert.equal((await deliveries()).length, 1);
  });

  it('is no more to do with once its event was handled', async () => {
    const heard = paidOrder(newOrderId());
    await hear(heard);
    await bed.clear();
    await hear(heard);
    assert.deepEqual(await deliveries(), []);
    await hear(heard, forgetful);
    assert.equal((await deliveries()).length, 1, 'without the inbox there would be another');
  });

  it('has one delivery under another event too, and without the inbox', async () => {
    const orderId = newOrderId();
    await hear(paidOrder(orderId));
    const first = await deliveries();
    await hear(paidOrder(orderId, 'told twice'));
    await Promise.all([1, 2, 3].map(() => hear(paidOrder(orderId), forgetful)));
    assert.deepEqual(await deliveries(), first);
  });

  it('of long before there were deliveries has none; one of the hours before has one, however late it is heard', async () => {
    const [row] = await bed.deps.database.query<{ ms: number }>(
      'select (extract(epoch from min(executed_at)) * 1000)::float8 as ms from delivery.migration',
    );
    const graceEndMs = (row?.ms ?? assert.fail()) - beginGraceMs;
    await hear(paidOrder(newOrderId(), undefined, new Date(graceEndMs - 1_000)));
    assert.deepEqual(await deliveries(), []);
    const orderId = newOrderId();
    await hear(paidOrder(orderId, undefined, new Date(graceEndMs + 1_000)));
    assert.deepEqual(
      (await deliveries()).map(({ order_id }) => order_id),
      [orderId],
    );
  });

  it('whose event does not say when it occurred is heard again', async () => {
    const heard = paidOrder(newOrderId());
    const event = { ...heard.event, occurredAt: undefined };
    await assert.rejects(hear({ ...heard, event }), /does not say when/);
  });

  it('whose delivery could not be written is heard again', async () => {
    const heard = paidOrder(newOrderId());
    const failing: Inbox = {
      ...bed.deps.inbox,
      once: (consumer, eventId, work) =>
        bed.deps.inbox.once(consumer, eventId, async (em) => {
          await work(em);
          throw new Error('the process dies');
        }),
    };
    await assert.rejects(hear(heard, failing), /the process dies/);
    assert.deepEqual(await deliveries(), []);
    await hear(heard);
    assert.equal((await deliveries()).length, 1);
  });
});
