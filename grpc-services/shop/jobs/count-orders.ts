import type { Subscription } from '@tiffin/lib/events/event-bus';
import type { OrderPaid } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { orderPaid } from '@tiffin/proto/topics/order-topics';
import { countOrder } from '../domain/count-order.ts';
import type { ShopDeps } from '../domain/deps.ts';

const consumer = 'shop.orders';

/** How many orders of a shop were paid. */
export function countOrders(deps: Pick<ShopDeps, 'inbox'>): Subscription<OrderPaid> {
  return {
    consumer,
    topic: orderPaid,
    handle: ({ event, payload, signal }) =>
      countOrder(deps, { consumer, eventId: event.id, signal }, payload.shopId),
  };
}
