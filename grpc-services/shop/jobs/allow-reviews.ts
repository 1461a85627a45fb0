import type { Subscription } from '@tiffin/lib/events/event-bus';
import type { OrderCompleted } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { orderCompleted } from '@tiffin/proto/topics/order-topics';
import { allowReview } from '../domain/allow-review.ts';
import type { ShopDeps } from '../domain/deps.ts';

const consumer = 'shop.reviewers';

/** Who has received an order of which shop. */
export function allowReviews(deps: Pick<ShopDeps, 'inbox'>): Subscription<OrderCompleted> {
  return {
    consumer,
    topic: orderCompleted,
    handle: ({ event, payload, signal }) =>
      allowReview(deps, { consumer, eventId: event.id, signal }, payload.shopId, payload.userId),
  };
}
