import type { Subscription } from '@tiffin/lib/events/event-bus';
import type { OrderPaid } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { orderPaid } from '@tiffin/proto/topics/order-topics';
import { countOrder } from '../domain/count-order.ts';
import type { SearchDeps } from '../domain/deps.ts';

const consumer = 'search.popularity';

/** What is ordered more often comes first among what is found as well. */
export function countOrders(deps: Pick<SearchDeps, 'inbox'>): Subscription<OrderPaid> {
  return {
    consumer,
    topic: orderPaid,
    handle: ({ event, payload: { shopId, items }, signal }) => {
      const goodsIds = items.map(({ goodsId }) => goodsId);
      return countOrder(deps, { consumer, eventId: event.id, signal, shopId, goodsIds });
    },
  };
}
