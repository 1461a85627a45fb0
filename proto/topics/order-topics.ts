import { defineTopic } from '@tiffin/lib/events/topic';
import { OrderCompleted, OrderPaid } from '../gen/tiffin/order/v1/order_events.ts';

export const orderPaid = defineTopic({ name: 'order.paid.v1', class: 'durable', codec: OrderPaid });
export const orderCompleted = defineTopic({
  name: 'order.completed.v1',
  class: 'durable',
  codec: OrderCompleted,
});
