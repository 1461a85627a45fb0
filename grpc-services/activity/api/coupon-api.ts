import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { encodeIdCursor } from '@tiffin/lib/paging/cursor';
import { readParentPages } from '@tiffin/lib/paging/parent-pages';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { CouponServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import { batchGetCoupons } from '../domain/batch-get-coupons.ts';
import { batchListUserCoupons } from '../domain/batch-list-user-coupons.ts';
import type { ActivityDeps } from '../domain/deps.ts';
import { toCouponMessage } from './coupon-message.ts';

/** What users read of their own coupons. */
export function couponApi(deps: ActivityDeps): RpcHandlers<CouponServiceService> {
  return {
    async batchGetCoupons({ ids }, context) {
      validate((v) => checkBatch(v, 'ids', ids));
      const coupons = await batchGetCoupons(deps, context, ids);
      const nowMs = deps.clock.now();
      return { coupons: coupons.map((coupon) => ({ coupon: coupon && toCouponMessage(coupon, nowMs) })) };
    },

    async batchListUserCoupons({ pages }, context) {
      const answers = await batchListUserCoupons(deps, context, readParentPages(pages));
      const nowMs = deps.clock.now();
      return {
        pages: answers.map(({ items, hasNextPage }) => ({
          edges: items.map((coupon) => ({
            coupon: toCouponMessage(coupon, nowMs),
            cursor: encodeIdCursor(coupon.id),
          })),
          hasNextPage,
        })),
      };
    },
  };
}
