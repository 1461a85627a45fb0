import type { Subscription } from '@tiffin/lib/events/event-bus';
import { DeliveryStatus } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import type { DeliveryChanged } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery_events';
import { deliveryChanged } from '@tiffin/proto/topics/delivery-topics';
import type { OrderDeps } from '../domain/deps.ts';
import { followDelivery } from '../domain/follow-delivery.ts';
import type { DeliveryStep } from '../domain/order.ts';

const consumer = 'order.deliveries';

const steps: Partial<Record<DeliveryStatus, DeliveryStep>> = {
  [DeliveryStatus.ASSIGNED]: 'ASSIGNED',
  [DeliveryStatus.PICKED_UP]: 'PICKED_UP',
  [DeliveryStatus.DELIVERED]: 'DELIVERED',
};

/** How far the deliveries of orders are. */
export function followDeliveries(
  deps: Pick<OrderDeps, 'clock' | 'inbox' | 'outbox' | 'delayedTasks' | 'signals'>,
): Subscription<DeliveryChanged> {
  return {
    consumer,
    topic: deliveryChanged,
    async handle({ event, payload: { orderId, status }, signal }) {
      const step = steps[status];
      if (!step) return;
      const { id: eventId, occurredAt } = event;
      await followDelivery(deps, { consumer, eventId, occurredAt, budget: { signal } }, orderId, step);
    },
  };
}
