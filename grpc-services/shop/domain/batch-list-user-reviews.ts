import type { ShopDeps } from './deps.ts';
import type { Page } from './page.ts';
import type { Review } from './review.ts';
import { listReviewPages, type ReviewPageRequest } from './review-pages.ts';

/** What each user wrote, newest first: one page for each request, in their order. */
export function batchListUserReviews(
  deps: ShopDeps,
  requests: readonly ReviewPageRequest[],
): Promise<Page<Review>[]> {
  return listReviewPages(deps, 'author', requests);
}
