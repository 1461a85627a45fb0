import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Delivery } from '@tiffin/lib/events/event-bus';
import type { Inbox } from '@tiffin/lib/events/inbox';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { OrderPaid } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { createShopTestBed, type ShopTestBed } from '../shop-test-bed.ts';
import { countOrders } from './count-orders.ts';

function paid(id: string, shopId: string): Delivery<OrderPaid> {
  const payload = OrderPaid.fromPartial({ orderId: id, shopId });
  return { event: Event.fromPartial({ id }), payload, attempt: 1, signal: new AbortController().signal };
}

describe('paid orders of a shop', () => {
  let bed: ShopTestBed;
  const hear = (heard: Delivery<OrderPaid>, inbox: Inbox = bed.deps.inbox) =>
    countOrders({ inbox }).handle(heard);
  before(async () => {
    bed = await createShopTestBed();
  });
  after(() => bed.stop());

  it('count once each, however often and in whatever order they are heard, and leave its version alone', async () => {
    const [shopId = '', otherId = ''] = await bed.addShops({}, {});
    const heard = ['a', 'b', 'c'].map((id) => paid(id, shopId));
    for (const delivery of [...heard, ...heard.toReversed()]) await hear(delivery);
    const { orderCount, version } = await bed.getShop(shopId);
    assert.deepEqual({ orderCount, version }, { orderCount: 3, version: 1 });
    assert.equal((await bed.getShop(otherId)).orderCount, 0);
  });

  it('count once where the same event is handled twice at the same time', async () => {
    const [shopId = ''] = await bed.addShops({});
    await Promise.all(Array.from({ length: 5 }, () => hear(paid('twin', shopId))));
    assert.equal((await bed.getShop(shopId)).orderCount, 1);
  });

  it('of a shop that there is not are done with', async () => {
    await hear(paid('ghost', '999999'));
    const seen = await bed.deps.database.query(`select from shop.inbox where event_id = 'ghost'`);
    assert.equal(seen.length, 1);
  });

  it('would count twice without the inbox', async () => {
    const [shopId = ''] = await bed.addShops({});
    const forgetful = {
      async once(_consumer: string, _eventId: string, work: Parameters<Inbox['once']>[2]) {
        await bed.deps.database.transaction(work);
        return true;
      },
    } as Partial<Inbox> as Inbox;
    for (let n = 0; n < 2; n++) await hear(paid('again', shopId), forgetful);
    assert.equal((await bed.getShop(shopId)).orderCount, 2);
  });
});
