import type { Coupon as CouponMessage } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import { type Coupon, statusAt } from '../domain/coupon.ts';

/** A coupon as it is at a moment. */
export function toCouponMessage(coupon: Coupon, nowMs: number): CouponMessage {
  return { ...coupon, status: `COUPON_STATUS_${statusAt(coupon, nowMs)}` };
}
