import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { CouponLockServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import { batchGetLocks } from '../domain/batch-get-locks.ts';
import type { ActivityDeps } from '../domain/deps.ts';
import { lockCoupon } from '../domain/lock-coupon.ts';
import { unlockCoupon } from '../domain/unlock-coupon.ts';
import { useCoupon } from '../domain/use-coupon.ts';

/** The coupon's part in the transaction that an order is. */
export function couponLockApi(deps: ActivityDeps): RpcHandlers<CouponLockServiceService> {
  return {
    async lockCoupon({ orderId, userId, couponId }, context) {
      validate((v) => {
        v.id('orderId', orderId);
        v.id('userId', userId);
        v.id('couponId', couponId);
      });
      await lockCoupon(deps, context, { orderId, userId, couponId });
      return {};
    },

    async useCoupon({ orderId }, context) {
      validate((v) => v.id('orderId', orderId));
      await useCoupon(deps, context, orderId);
      return {};
    },

    async unlockCoupon({ orderId }, context) {
      validate((v) => v.id('orderId', orderId));
      await unlockCoupon(deps, context, orderId);
      return {};
    },

    async batchGetLocks({ orderIds }, context) {
      validate((v) => checkBatch(v, 'orderIds', orderIds));
      const states = await batchGetLocks(deps, context, orderIds);
      return { states: states.map((state) => `BRANCH_STATE_${state ?? 'UNSPECIFIED'}` as const) };
    },
  };
}
