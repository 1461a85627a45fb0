import type { CacheReader } from '@tiffin/lib/cache/cache';
import type { CachedKind } from '@tiffin/lib/cache/cached-kind';
import type { Database } from '@tiffin/lib/engines/database';
import { isId } from '@tiffin/lib/errors/invalid-argument';
import { type Page, toPage } from '@tiffin/lib/paging/page';
import type { ParentPage } from '@tiffin/lib/paging/parent-pages';
import { NewestReviews } from '@tiffin/proto/gen/tiffin/shop/v1/shop_cache';
import { shopReviewsKey } from './keys.ts';
import type { Review } from './review-entity.ts';
import { findReviewPages } from './review-store.ts';
import type { CachedDatabase } from './shop-cache.ts';

/** The largest page that is cached. Larger ones are rare, and reviews may be long. */
export const maxCachedReviews = 20;

/** Whole, since nobody changes a review: one more than the largest cached page holds. */
export const cachedReviews: CachedKind<{ readonly reviews: readonly Review[] }> = {
  name: 'shopReviews',
  key: shopReviewsKey,
  codec: {
    version: 1,
    encode: ({ reviews }) => NewestReviews.encode({ reviews: [...reviews] }).finish(),
    decode: (bytes) => ({
      reviews: NewestReviews.decode(bytes).reviews.map(({ createdAt, ...review }) => {
        if (!createdAt) throw new Error('A review without its time is none.');
        return { ...review, createdAt };
      }),
    }),
  },
};

/** Whether a page is among those that `findCachedReviews` knows. */
export function isNewestPage({ parentId, afterId, first }: ParentPage): boolean {
  return afterId === undefined && first <= maxCachedReviews && isId(parentId);
}

/** The newest reviews of each shop, in the order of `pages`. */
export async function findCachedReviews(
  { cache, database }: CachedDatabase,
  pages: readonly ParentPage[],
  reader: CacheReader,
): Promise<Page<Review>[]> {
  const shopIds = [...new Set(pages.map(({ parentId }) => parentId))];
  const lists = await cache.find(cachedReviews, shopIds, reader, (missing) => loadReviews(database, missing));
  return pages.map(({ parentId, first }) => toPage(lists.get(parentId)?.reviews ?? [], first));
}

/** None for shops without reviews. */
export async function loadReviews(
  database: Database,
  shopIds: readonly string[],
): Promise<Map<string, { readonly reviews: readonly Review[] }>> {
  const asked = shopIds.map((parentId) => ({ parentId, first: maxCachedReviews + 1, afterId: undefined }));
  const pages = await findReviewPages(database, 'shop', asked);
  const lists = asked.map(({ parentId }, index) => [parentId, pages[index]?.items ?? []] as const);
  return new Map(lists.filter(([, items]) => items.length > 0).map(([id, reviews]) => [id, { reviews }]));
}
