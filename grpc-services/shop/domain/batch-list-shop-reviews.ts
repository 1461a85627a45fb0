import type { Page } from '@tiffin/lib/paging/page';
import type { ParentPage } from '@tiffin/lib/paging/parent-pages';
import { findReviewPages } from '../data/review-store.ts';
import type { ShopDeps } from './deps.ts';
import type { Review } from './review.ts';

/** What was written about each shop, newest first: one page for each request, in their order. */
export async function batchListShopReviews(
  { database }: ShopDeps,
  pages: readonly ParentPage[],
): Promise<Page<Review>[]> {
  return pages.length === 0 ? [] : findReviewPages(database, 'shop', pages);
}
