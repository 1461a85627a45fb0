import type { Subscription } from '@tiffin/lib/events/event-bus';
import type { OrderCancelled } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { orderCancelled } from '@tiffin/proto/topics/order-topics';
import type { OrderDeps } from '../domain/deps.ts';
import { releaseCancelled } from '../domain/release-cancelled.ts';

/** The stock of cancelled orders, where the process that cancelled them died before it gave it back. */
export function releaseCancelledOrders(
  deps: Pick<OrderDeps, 'clock' | 'stock'>,
): Subscription<OrderCancelled> {
  return {
    consumer: 'order.stock',
    topic: orderCancelled,
    handle: ({ event, payload, signal }) => releaseCancelled(deps, payload.orderId, event.id, signal),
  };
}
