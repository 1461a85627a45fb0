import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { insertReview } from '../data/review-store.ts';
import { addToRating, isShop } from '../data/shop-store.ts';
import type { ShopDeps } from './deps.ts';
import type { Review } from './review.ts';

/**
 * Adds the caller's review and counts it in the shop's rating, both or neither.
 * @throws AppError SHOP_NOT_FOUND, ALREADY_REVIEWED, UNAUTHENTICATED, FORBIDDEN.
 */
export async function addReview(
  deps: ShopDeps,
  context: CallContext,
  input: Pick<Review, 'shopId' | 'stars' | 'text'>,
  effect: Effect<Review>,
): Promise<Review> {
  const { shopId, stars } = input;
  const authorId = requireUserId(context.identity, 'CUSTOMER');
  const id = String(await deps.ids.nextId());
  const review: Review = { ...input, id, authorId, createdAt: new Date(deps.clock.now()) };
  return effect(async (em) => {
    if (!(await insertReview(em, review))) {
      throw (await isShop(em, shopId))
        ? new AppError('ALREADY_REVIEWED', { shopId })
        : new AppError('SHOP_NOT_FOUND', { shopId });
    }
    // Last, because it locks the shop's row: other reviews of the shop wait from here to the commit.
    await addToRating(em, shopId, stars);
    return review;
  });
}
