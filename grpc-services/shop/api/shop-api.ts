import { isId, validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { checkPage } from '@tiffin/lib/paging/check-page';
import { decodeCursor, encodeCursor, encodeIdCursor } from '@tiffin/lib/paging/cursor';
import type { Page } from '@tiffin/lib/paging/page';
import { readParentPages } from '@tiffin/lib/paging/parent-pages';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import { type ReviewPage, ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { addReview } from '../domain/add-review.ts';
import { batchGetShops } from '../domain/batch-get-shops.ts';
import { batchListShopReviews } from '../domain/batch-list-shop-reviews.ts';
import { batchListUserReviews } from '../domain/batch-list-user-reviews.ts';
import type { ShopDeps } from '../domain/deps.ts';
import { listShops } from '../domain/list-shops.ts';
import { maxStars, maxTextChars, minStars, type Review } from '../domain/review.ts';
import { maxAreaChars, type ShopPosition } from '../domain/shop.ts';
import { toShopMessage } from './shop-message.ts';

/** What anybody may read of shops and reviews, and what customers write. */
export function shopApi(deps: ShopDeps): RpcHandlers<ShopServiceService> {
  return {
    async batchGetShops({ ids }, context) {
      validate((v) => checkBatch(v, 'ids', ids));
      const answers = await batchGetShops(deps, context, ids);
      return { shops: answers.map((shop) => ({ shop: shop && toShopMessage(shop) })) };
    },

    async listShops({ categoryId, area, first, after }, context) {
      const position = after === undefined ? undefined : readShopCursor(after);
      validate((v) => {
        if (area !== undefined) v.length('area', area, 1, maxAreaChars);
        checkPage(v, { first, after }, position);
      });
      const { items, hasNextPage } = await listShops(deps, context, {
        categoryId,
        area,
        first,
        after: position,
      });
      return {
        edges: items.map((shop) => ({ shop: toShopMessage(shop), cursor: shopCursor(shop) })),
        hasNextPage,
      };
    },

    async batchListShopReviews({ pages }, context) {
      const answers = await batchListShopReviews(deps, context, readParentPages(pages));
      return { pages: answers.map(toReviewPageMessage) };
    },

    async batchListUserReviews({ pages }) {
      const answers = await batchListUserReviews(deps, readParentPages(pages));
      return { pages: answers.map(toReviewPageMessage) };
    },

    async addReview(request, context) {
      const { idempotencyKey, shopId, stars, text } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('shopId', shopId);
        v.integerBetween('stars', stars, minStars, maxStars);
        v.text('text', text, 0, maxTextChars);
      });
      return deps.idempotency.run(ShopServiceService.addReview, request, context, {
        execute: (effect) => addReview(deps, context, { shopId, stars, text }, effect),
        respond: (review: Review) => ({ review }),
      });
    },
  };
}

function toReviewPageMessage({ items, hasNextPage }: Page<Review>): ReviewPage {
  return { edges: items.map((review) => ({ review, cursor: encodeIdCursor(review.id) })), hasNextPage };
}

function shopCursor({ ratingHundredths, id }: ShopPosition): string {
  return encodeCursor(String(ratingHundredths), id);
}

/** The place that `shopCursor` wrote down, or undefined for any other text. */
function readShopCursor(cursor: string): ShopPosition | undefined {
  const [rating = '', id = ''] = decodeCursor(cursor, 2) ?? [];
  return /^\d{1,3}$/.test(rating) && isId(id) ? { ratingHundredths: Number(rating), id } : undefined;
}
