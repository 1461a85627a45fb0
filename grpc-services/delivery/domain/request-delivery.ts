import { insertDelivery } from '../data/delivery-store.ts';
import { requestedDelivery } from './delivery.ts';
import type { DeliveryDeps } from './deps.ts';

/** A release does not begin everywhere at once: orders may be paid so long before there are tables for their deliveries. */
export const beginGraceMs = 3_600_000;

/** An event that a consumer of this service hears of, perhaps again. */
export interface Heard {
  readonly consumer: string;
  readonly eventId: string;
  /** When the order was paid. */
  readonly occurredAt: Date;
  readonly signal: AbortSignal;
}

/**
 * Requests the delivery of a paid order, once an event and once an order. However late that is heard, an outage loses no
 * delivery. But a consumer that is new to a topic hears of all that the topic still holds: what was paid before there were
 * deliveries has arrived long ago.
 */
export async function requestDelivery(
  { clock, ids, inbox }: Pick<DeliveryDeps, 'clock' | 'ids' | 'inbox'>,
  { consumer, eventId, occurredAt, signal }: Heard,
  order: { readonly orderId: string; readonly userId: string; readonly shopId: string },
): Promise<void> {
  const { orderId, userId, shopId } = order;
  const requestedAt = new Date(clock.now());
  const id = String(await ids.nextId());
  const delivery = requestedDelivery({ id, orderId, userId, shopId, requestedAt });
  const since = { paidMs: occurredAt.getTime(), beginGraceMs };
  await inbox.once(consumer, eventId, (em) => insertDelivery(em, delivery, since), { signal });
}
