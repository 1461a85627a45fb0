import type { Delivery as DeliveryMessage } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import type { Delivery } from '../domain/delivery.ts';

export function toDeliveryMessage(delivery: Delivery): DeliveryMessage {
  return { ...delivery, status: `DELIVERY_STATUS_${delivery.status}` };
}
