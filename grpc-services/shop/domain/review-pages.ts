import { isId } from '@tiffin/lib/errors/invalid-argument';
import { findReviewPages, type ReviewParent } from '../data/review-store.ts';
import type { ShopDeps } from './deps.ts';
import { type Page, toPage } from './page.ts';
import type { Review } from './review.ts';

/** Which page of the reviews of which parent. */
export interface ReviewPageRequest {
  readonly parentId: string;
  readonly first: number;
  /** The page starts behind this review. */
  readonly afterId: string | undefined;
}

/** One page for each request, in their order; empty for a parent without reviews. Newest first. */
export async function listReviewPages(
  { database }: ShopDeps,
  parent: ReviewParent,
  requests: readonly ReviewPageRequest[],
): Promise<Page<Review>[]> {
  if (requests.length === 0) return [];
  const queries = requests.map(({ parentId, first, afterId }) => ({
    // Nothing has the id 0: a malformed id has an empty page and spoils no other.
    parentId: isId(parentId) ? parentId : '0',
    beforeId: afterId,
    maxItems: first + 1,
  }));
  const lists = await findReviewPages(database, parent, queries);
  return requests.map(({ first }, index) => toPage(lists[index] ?? [], first));
}
