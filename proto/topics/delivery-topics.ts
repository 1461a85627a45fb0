import { defineTopic } from '@tiffin/lib/events/topic';
import { DeliveryChanged } from '../gen/tiffin/delivery/v1/delivery_events.ts';

export const deliveryChanged = defineTopic({
  name: 'delivery.changed.v1',
  class: 'durable',
  codec: DeliveryChanged,
});
