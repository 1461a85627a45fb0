import { joinPages } from '@tiffin/lib/paging/join-pages';
import type { Page } from '@tiffin/lib/paging/page';
import type { ParentPage } from '@tiffin/lib/paging/parent-pages';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findCachedReviews, isNewestPage } from '../data/review-cache.ts';
import { findReviewPages } from '../data/review-store.ts';
import type { ShopDeps } from './deps.ts';
import type { Review } from './review.ts';

/** What was written about each shop, newest first: one page for each request, in their order. */
export function batchListShopReviews(
  deps: ShopDeps,
  context: CallContext,
  pages: readonly ParentPage[],
): Promise<Page<Review>[]> {
  return joinPages(
    pages,
    isNewestPage,
    (newest) => findCachedReviews(deps, newest, context),
    (others) => findReviewPages(deps.database, 'shop', others),
  );
}
