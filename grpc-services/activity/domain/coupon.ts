import type { Identity } from '@tiffin/lib/identity/identity';
import { hasRole } from '@tiffin/lib/identity/require-role';
import type { Coupon, WrittenCouponStatus } from '../data/coupon-entity.ts';

export type { Coupon } from '../data/coupon-entity.ts';

export type CouponStatus = WrittenCouponStatus | 'EXPIRED';

/**
 * What a coupon is at a moment. Only one that nobody holds expires: an order that locked it in time may be paid later,
 * and a used one stays used.
 */
export function statusAt({ status, expiresAt }: Coupon, nowMs: number): CouponStatus {
  return status === 'AVAILABLE' && expiresAt.getTime() <= nowMs ? 'EXPIRED' : status;
}

/** Whether the caller may see the coupons of this user: the user, administrators and our own processes may. */
export function seesCouponsOf(identity: Identity, userId: string): boolean {
  return hasRole(identity, 'ADMIN') || (identity.kind === 'user' && identity.userId === userId);
}
