import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { hasReviewed, insertReview } from '../data/review-store.ts';
import { isShop } from '../data/shop-store.ts';
import type { ShopDeps } from './deps.ts';
import type { Review } from './review.ts';

/**
 * Adds the review of a caller who has received an order of the shop; its commit counts it in the shop's rating, both or
 * neither.
 * @throws AppError SHOP_NOT_FOUND, ALREADY_REVIEWED, REVIEW_NOT_ALLOWED, UNAUTHENTICATED, FORBIDDEN.
 */
export async function addReview(
  deps: ShopDeps,
  context: CallContext,
  input: Pick<Review, 'shopId' | 'stars' | 'text'>,
  effect: Effect<Review>,
): Promise<Review> {
  const { shopId } = input;
  const authorId = requireUserId(context.identity, 'CUSTOMER');
  const id = String(await deps.ids.nextId());
  const review: Review = { ...input, id, authorId, createdAt: new Date(deps.clock.now()) };
  return effect(async (em) => {
    if (await insertReview(em, review)) return review;
    if (!(await isShop(em, shopId))) throw new AppError('SHOP_NOT_FOUND', { shopId });
    // Not whether the caller may by now: the right may have come since the insert, which then met no other review.
    const isThere = await hasReviewed(em, shopId, authorId);
    throw new AppError(isThere ? 'ALREADY_REVIEWED' : 'REVIEW_NOT_ALLOWED', { shopId });
  });
}
