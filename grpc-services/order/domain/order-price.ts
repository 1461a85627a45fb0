import { AppError } from '@tiffin/lib/errors/app-error';
import { type Coupon, CouponStatus } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import type { Cart } from './cart.ts';
import type { Money } from './order.ts';

/** What takes a part of the total off the customer. */
export interface Reductions {
  readonly discount: Money;
  readonly walletAmount: Money;
}

/**
 * What coupon and wallet take off the total. Asks again whose coupon it is: administrators are shown everybody's. That
 * it can be had still is decided when it is locked.
 * @throws AppError COUPON_NOT_FOUND, COUPON_UNAVAILABLE, COUPON_EXPIRED, COUPON_MINIMUM_NOT_REACHED; INVALID_ARGUMENT for
 *   more money than is left to pay, or another currency.
 */
export function reductionsOf(
  { couponId, walletAmount }: Cart,
  userId: string,
  total: Money,
  coupon: Coupon | undefined,
): Reductions {
  const { currency } = total;
  const discount = couponId === undefined ? 0 : discountOf(couponId, userId, total, coupon);
  const left = total.amountCents - discount;
  const isWithin = !walletAmount || (walletAmount.currency === currency && walletAmount.amountCents <= left);
  if (!isWithin) {
    const expected = `must be at most what is left to pay: ${left} cents of ${currency}`;
    throw new AppError('INVALID_ARGUMENT', { violations: [{ field: 'walletAmount', expected }] });
  }
  return {
    discount: { amountCents: discount, currency },
    walletAmount: { amountCents: walletAmount?.amountCents ?? 0, currency },
  };
}

/** Cents; no more than the total. */
function discountOf(couponId: string, userId: string, total: Money, coupon: Coupon | undefined): number {
  if (!coupon?.discount || !coupon.minimumTotal || coupon.userId !== userId) {
    throw new AppError('COUPON_NOT_FOUND', { couponId });
  }
  if (coupon.status === CouponStatus.EXPIRED) throw new AppError('COUPON_EXPIRED', { couponId });
  if (coupon.status !== CouponStatus.AVAILABLE) throw new AppError('COUPON_UNAVAILABLE', { couponId });
  const { discount, minimumTotal } = coupon;
  if (discount.currency !== total.currency || total.amountCents < minimumTotal.amountCents) {
    throw new AppError('COUPON_MINIMUM_NOT_REACHED', { couponId, minimumTotal });
  }
  return Math.min(discount.amountCents, total.amountCents);
}
