import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { OrderCancelled } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { customer } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { releaseCancelledOrders } from './release-cancelled.ts';

interface OutboxRow {
  readonly topic: string;
  readonly aggregate_id: string;
  readonly aggregate_version: string;
  readonly payload: Uint8Array;
}

describe('the events of orders', () => {
  let bed: OrderTestBed;
  before(async () => {
    bed = await createOrderTestBed();
  });
  after(() => bed.stop());

  const told = async (orderId: string) =>
    bed.deps.database.query<OutboxRow>(
      'select topic, aggregate_id, aggregate_version, payload from "order".outbox where aggregate_id = ? order by id',
      [orderId],
    );
  const hear = (orderId: string) =>
    releaseCancelledOrders(bed.deps).handle({
      event: Event.fromPartial({ id: `cancelled-${orderId}` }),
      payload: OrderCancelled.fromPartial({ orderId }),
      attempt: 1,
      signal: new AbortController().signal,
    });

  it('tell a payment and a cancellation once, with the version; a refused one and a lost commit tell nothing', async () => {
    const goodsId = await bed.addGoods(9);
    const paid = await bed.place([goodsId]);
    assert.deepEqual(await told(paid.id), []);
    const pay = (paymentToken: string) =>
      bed.api.payOrder({ idempotencyKey: newKey(), orderId: paid.id, paymentToken }, callBy(customer));
    await assert.rejects(pay('sandbox-declined'));
    assert.deepEqual(await told(paid.id), []);
    await pay('sandbox-ok');
    await assert.rejects(pay('sandbox-ok'));
    const events = await told(paid.id);
    assert.deepEqual(
      events.map(({ topic, aggregate_version }) => [topic, Number(aggregate_version)]),
      [['order.paid.v1', 2]],
    );

    const cancelled = await bed.place([goodsId]);
    bed.steps.fault = (step, when) => {
      if (step === 'insertOrder' && when === 'before') throw new Error('the database is away');
    };
    const cancel = () =>
      bed.api.cancelOrder({ idempotencyKey: newKey(), orderId: cancelled.id }, callBy(customer));
    await assert.rejects(bed.inTime(cancel()));
    assert.deepEqual(await told(cancelled.id), []);
    bed.steps.fault = () => {};
    await bed.inTime(cancel());
    assert.deepEqual(
      (await told(cancelled.id)).map(({ topic }) => topic),
      ['order.cancelled.v1'],
    );
  });

  it('of a payment and cancellations that race are told of the one that wins', async () => {
    const { id: orderId } = await bed.place([await bed.addGoods(5)]);
    const pay = { orderId, paymentToken: 'sandbox-ok' };
    await Promise.allSettled([
      bed.api.payOrder({ idempotencyKey: newKey(), ...pay }, callBy(customer)),
      bed.inTime(bed.api.cancelOrder({ idempotencyKey: newKey(), orderId }, callBy(customer))),
      bed.api.payOrder({ idempotencyKey: newKey(), ...pay }, callBy(customer)),
    ]);
    assert.equal((await told(orderId)).length, 1);
  });

  it('give the stock of a cancelled order back where its process died, once', async () => {
    const goodsId = await bed.addGoods(5);
    const order = await bed.place([goodsId]);
    // As a process leaves it that dies between the cancellation and the release.
    await bed.deps.database.query(`update "order"."order" set status = 'CANCELLED' where id = ?`, [order.id]);
    assert.equal(await bed.available(goodsId), 4);
    for (let n = 0; n < 3; n++) await hear(order.id);
    assert.equal(await bed.available(goodsId), 5);
  });

  it('are heard again where the stock service is away', async () => {
    const order = await bed.place([await bed.addGoods(5)]);
    bed.steps.fault = (step) => {
      if (step === 'releaseStock') throw new Error('away');
    };
    await assert.rejects(hear(order.id));
    bed.steps.fault = () => {};
    await hear(order.id);
  });
});
