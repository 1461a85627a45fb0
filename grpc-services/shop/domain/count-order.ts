import { addToOrderCount } from '../data/shop-store.ts';
import type { ShopDeps } from './deps.ts';

/** An event that a consumer of this service hears of, perhaps again. */
export interface Heard {
  readonly consumer: string;
  readonly eventId: string;
  readonly signal: AbortSignal;
}

/** Counts one more paid order of a shop, once an event. An unknown shop counts nothing. */
export async function countOrder(
  { inbox }: Pick<ShopDeps, 'inbox'>,
  { consumer, eventId, signal }: Heard,
  shopId: string,
): Promise<void> {
  await inbox.once(consumer, eventId, (em) => addToOrderCount(em, shopId), { signal });
}
