import type { Subscription } from '@tiffin/lib/events/event-bus';
import type { OrderPaid } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { orderPaid } from '@tiffin/proto/topics/order-topics';
import type { DeliveryDeps } from '../domain/deps.ts';
import { requestDelivery } from '../domain/request-delivery.ts';

const consumer = 'delivery.orders';

/** Every paid order is delivered. */
export function requestDeliveries(
  deps: Pick<DeliveryDeps, 'clock' | 'ids' | 'inbox'>,
): Subscription<OrderPaid> {
  return {
    consumer,
    topic: orderPaid,
    async handle({ event: { id: eventId, occurredAt }, payload, signal }) {
      if (!occurredAt) throw new Error(`Event ${eventId} does not say when it occurred.`);
      await requestDelivery(deps, { consumer, eventId, occurredAt, signal }, payload);
    },
  };
}
