import { defineTopic } from '@tiffin/lib/events/topic';
import { OrderCancelled, OrderPaid } from '../gen/tiffin/order/v1/order_events.ts';

export const orderPaid = defineTopic({ name: 'order.paid.v1', class: 'durable', codec: OrderPaid });
export const orderCancelled = defineTopic({
  name: 'order.cancelled.v1',
  class: 'durable',
  codec: OrderCancelled,
});
