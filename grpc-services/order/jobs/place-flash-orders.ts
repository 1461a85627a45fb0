import type { Subscription } from '@tiffin/lib/events/event-bus';
import type { FlashSaleJoined } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_events';
import { flashSaleJoined } from '@tiffin/proto/topics/activity-topics';
import { orderService } from '../domain/own-behalf.ts';
import { placeFlashOrder } from '../domain/place-flash-order.ts';

const consumer = 'order.flash-sales';

/** Less than any bus gives a handler. */
const attemptMs = 8_000;
/** However many join at once: the rush waits in the queue, and leaves sessions of the database to everybody else. */
const maxConcurrentHandlers = 6;

/** Whoever joins a flash sale gets an order, as long as there are units. */
export function placeFlashOrders(deps: Parameters<typeof placeFlashOrder>[0]): Subscription<FlashSaleJoined> {
  return {
    consumer,
    topic: flashSaleJoined,
    maxConcurrentHandlers,
    async handle({ event: { id: eventId, occurredAt }, payload: { price, ...join }, signal }) {
      if (!occurredAt || !price) throw new Error(`Event ${eventId} does not say when, or at what price.`);
      const deadlineMs = deps.clock.now() + attemptMs;
      const requestId = `flash-ticket-${join.ticketId}`;
      const heard = { consumer, eventId, joinedMs: occurredAt.getTime() };
      await placeFlashOrder(deps, { requestId, identity: orderService, deadlineMs, signal }, heard, {
        ...join,
        price,
      });
    },
  };
}
