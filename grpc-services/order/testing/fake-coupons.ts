import { AppError } from '@tiffin/lib/errors/app-error';
import { hasRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { Coupon, CouponStatus, type LockCouponRequest } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import { memoryParticipant } from './memory-participant.ts';

/** Coupons in memory, with the answers of the activity service. */
export class FakeCoupons {
  /** Order → coupon. */
  readonly locked = new Map<string, string>();
  /** Order → coupon. */
  readonly used = new Map<string, string>();
  readonly #coupons = new Map<string, Coupon>();
  readonly #branches = memoryParticipant('coupon');

  add(coupon: Pick<Coupon, 'id' | 'userId'> & Partial<Coupon>): void {
    const usual = { status: CouponStatus.AVAILABLE, name: 'Welcome' };
    this.#coupons.set(coupon.id, Coupon.fromPartial({ ...usual, ...coupon }));
  }

  setStatus(id: string, status: CouponStatus): void {
    const coupon = this.#coupons.get(id);
    if (coupon) this.#coupons.set(id, { ...coupon, status });
  }

  statusOf(id: string): CouponStatus | undefined {
    return this.#coupons.get(id)?.status;
  }

  batchGetCoupons = async ({ ids }: { ids: string[] }, { identity }: CallContext) => ({
    coupons: ids.map((id) => {
      const coupon = this.#coupons.get(id);
      const isOwn = identity.kind === 'user' && identity.userId === coupon?.userId;
      return { coupon: isOwn || hasRole(identity, 'ADMIN') ? coupon : undefined };
    }),
  });

  lockCoupon = ({ orderId, userId, couponId }: LockCouponRequest, context: CallContext) =>
    this.#branches.try(orderId, context, () => {
      const coupon = this.#coupons.get(couponId);
      if (coupon?.userId !== userId) throw new AppError('COUPON_NOT_FOUND', { couponId });
      if (coupon.status === CouponStatus.EXPIRED) throw new AppError('COUPON_EXPIRED', { couponId });
      if (coupon.status !== CouponStatus.AVAILABLE) throw new AppError('COUPON_UNAVAILABLE', { couponId });
      this.setStatus(couponId, CouponStatus.LOCKED);
      this.locked.set(orderId, couponId);
    });

  useCoupon = ({ orderId }: { orderId: string }, context: CallContext) =>
    this.#branches.confirm(orderId, context, () => {
      const couponId = this.#letGo(orderId);
      this.used.set(orderId, couponId);
      this.setStatus(couponId, CouponStatus.USED);
    });

  unlockCoupon = ({ orderId }: { orderId: string }, context: CallContext) =>
    this.#branches.cancel(orderId, context, () => {
      this.setStatus(this.#letGo(orderId), CouponStatus.AVAILABLE);
    });

  #letGo(orderId: string): string {
    const couponId = this.locked.get(orderId) ?? '';
    this.locked.delete(orderId);
    return couponId;
  }
}
