import { AppError } from '@tiffin/lib/errors/app-error';
import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findOwnCoupon, lockAvailableCoupon } from '../data/coupon-store.ts';
import { type Coupon, statusAt } from './coupon.ts';
import type { ActivityDeps } from './deps.ts';

export interface CouponLock {
  readonly orderId: string;
  readonly userId: string;
  readonly couponId: string;
}

/**
 * The try: locks a coupon of a user for an order. A refusal leaves no branch, as if nobody had tried.
 * @throws AppError COUPON_NOT_FOUND for somebody else's too; COUPON_UNAVAILABLE, COUPON_EXPIRED; TRANSACTION_ENDED where
 *   the order has unlocked it already; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function lockCoupon(
  { branches, clock }: ActivityDeps,
  context: CallContext,
  lock: CouponLock,
): Promise<void> {
  requireService(context.identity);
  await branches.try(lock.orderId, context, async (em) => {
    const nowMs = clock.now();
    if (await lockAvailableCoupon(em, lock, nowMs)) return;
    throw refusal(lock.couponId, await findOwnCoupon(em, lock.userId, lock.couponId), nowMs);
  });
}

/** Why the coupon cannot be locked. One that was freed since it was refused was unavailable all the same. */
function refusal(couponId: string, coupon: Coupon | undefined, nowMs: number): AppError {
  if (!coupon) return new AppError('COUPON_NOT_FOUND', { couponId });
  if (statusAt(coupon, nowMs) === 'EXPIRED') return new AppError('COUPON_EXPIRED', { couponId });
  return new AppError('COUPON_UNAVAILABLE', { couponId });
}
