import { insertReviewer } from '../data/reviewer-store.ts';
import type { Heard } from './count-order.ts';
import type { ShopDeps } from './deps.ts';

/** Lets a customer who has received an order review its shop. */
export async function allowReview(
  { inbox }: Pick<ShopDeps, 'inbox'>,
  { consumer, eventId, signal }: Heard,
  shopId: string,
  userId: string,
): Promise<void> {
  await inbox.once(consumer, eventId, (em) => insertReviewer(em, shopId, userId), { signal });
}
