import type { Subscription } from '@tiffin/lib/events/event-bus';
import type { OrderPaid } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { orderPaid } from '@tiffin/proto/topics/order-topics';
import type { ActivityDeps } from '../domain/deps.ts';
import { grantOrderCoupons } from '../domain/grant-order-coupons.ts';

const consumer = 'activity.coupons';

/** Whoever pays an order gets the coupons of the campaigns that run then. */
export function grantCoupons(
  deps: Pick<ActivityDeps, 'database' | 'clock' | 'ids' | 'inbox'>,
): Subscription<OrderPaid> {
  return {
    consumer,
    topic: orderPaid,
    async handle({ event: { id: eventId, occurredAt }, payload, signal }) {
      if (!occurredAt) throw new Error(`Event ${eventId} does not say when it occurred.`);
      await grantOrderCoupons(deps, { consumer, eventId, occurredAt, signal }, payload);
    },
  };
}
