import { insertDelivery } from '../data/delivery-store.ts';
import { requestedDelivery } from './delivery.ts';
import type { DeliveryDeps } from './deps.ts';

/** An event that a consumer of this service hears of, perhaps again. */
export interface Heard {
  readonly consumer: string;
  readonly eventId: string;
  readonly signal: AbortSignal;
}

/** Requests the delivery of a paid order, once an event and once an order. */
export async function requestDelivery(
  { clock, ids, inbox }: Pick<DeliveryDeps, 'clock' | 'ids' | 'inbox'>,
  { consumer, eventId, signal }: Heard,
  order: { readonly orderId: string; readonly userId: string; readonly shopId: string },
): Promise<void> {
  const { orderId, userId, shopId } = order;
  const requestedAt = new Date(clock.now());
  const id = String(await ids.nextId());
  const delivery = requestedDelivery({ id, orderId, userId, shopId, requestedAt });
  await inbox.once(consumer, eventId, (em) => insertDelivery(em, delivery), { signal });
}
