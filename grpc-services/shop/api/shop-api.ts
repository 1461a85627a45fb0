import { type Validator, validate } from '@tiffin/lib/errors/invalid-argument';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { ParentPageRequest } from '@tiffin/proto/gen/tiffin/common/v1/common';
import type { ReviewPage, ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { addReview } from '../domain/add-review.ts';
import { batchGetShops } from '../domain/batch-get-shops.ts';
import { batchListShopReviews } from '../domain/batch-list-shop-reviews.ts';
import { batchListUserReviews } from '../domain/batch-list-user-reviews.ts';
import type { ShopDeps } from '../domain/deps.ts';
import { listShops } from '../domain/list-shops.ts';
import type { Page } from '../domain/page.ts';
import { maxStars, maxTextChars, minStars, type Review } from '../domain/review.ts';
import type { ReviewPageRequest } from '../domain/review-pages.ts';
import { maxAreaChars } from '../domain/shop.ts';
import { readReviewCursor, readShopCursor, reviewCursor, shopCursor } from './cursor.ts';
import { toShopMessage } from './shop-message.ts';

const maxBatchKeys = 100;
const maxPageItems = 100;

/** What anybody may read of shops and reviews, and what customers write. */
export function shopApi(deps: ShopDeps): RpcHandlers<ShopServiceService> {
  return {
    async batchGetShops({ ids }) {
      validate((v) => checkBatch(v, 'ids', ids));
      const answers = await batchGetShops(deps, ids);
      return { shops: answers.map((shop) => ({ shop: shop && toShopMessage(shop) })) };
    },

    async listShops({ categoryId, area, first, after }) {
      const position = after === undefined ? undefined : readShopCursor(after);
      validate((v) => {
        if (area !== undefined) v.length('area', area, 1, maxAreaChars);
        checkPage(v, first, after === undefined || position !== undefined);
      });
      const { items, hasNextPage } = await listShops(deps, { categoryId, area, first, after: position });
      return {
        edges: items.map((shop) => ({ shop: toShopMessage(shop), cursor: shopCursor(shop) })),
        hasNextPage,
      };
    },

    async batchListShopReviews({ pages }) {
      const answers = await batchListShopReviews(deps, toReviewPageRequests(pages));
      return { pages: answers.map(toReviewPageMessage) };
    },

    async batchListUserReviews({ pages }) {
      const answers = await batchListUserReviews(deps, toReviewPageRequests(pages));
      return { pages: answers.map(toReviewPageMessage) };
    },

    async addReview({ idempotencyKey, shopId, stars, text }, context) {
      validate((v) => {
        v.length('idempotencyKey', idempotencyKey, 1, 64);
        v.id('shopId', shopId);
        v.integerBetween('stars', stars, minStars, maxStars);
        v.text('text', text, 0, maxTextChars);
      });
      return { review: await addReview(deps, context, { shopId, stars, text }) };
    },
  };
}

function toReviewPageRequests(pages: readonly ParentPageRequest[]): ReviewPageRequest[] {
  const requests = pages.map(({ parentId, first, after }) => ({
    parentId,
    first,
    after,
    afterId: after === undefined ? undefined : readReviewCursor(after),
  }));
  validate((v) => {
    checkBatch(v, 'pages', pages);
    for (const { first, after, afterId } of requests) {
      checkPage(v, first, after === undefined || afterId !== undefined);
    }
  });
  return requests;
}

function toReviewPageMessage({ items, hasNextPage }: Page<Review>): ReviewPage {
  return { edges: items.map((review) => ({ review, cursor: reviewCursor(review) })), hasNextPage };
}

function checkBatch(v: Validator, field: string, keys: readonly unknown[]): void {
  v.check(field, keys.length <= maxBatchKeys, `must hold at most ${maxBatchKeys}`);
}

function checkPage(v: Validator, first: number, isCursorValid: boolean): void {
  v.pageSize('first', first, maxPageItems);
  v.check('after', isCursorValid, 'must be a cursor from an earlier page');
}
