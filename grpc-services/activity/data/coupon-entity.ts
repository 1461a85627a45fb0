import { defineEntity, p } from '@mikro-orm/core';
import type { Campaign, Money } from './campaign-entity.ts';

export const CouponEntity = defineEntity({
  name: 'Coupon',
  schema: 'activity',
  tableName: 'coupon',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    userId: p.bigint('string'),
    campaignId: p.bigint('string'),
    name: p.text(),
    status: p.enum(['AVAILABLE', 'LOCKED', 'USED']),
    lockedBy: p.bigint('string').nullable(),
    discountCents: p.bigint('number'),
    minimumTotalCents: p.bigint('number'),
    currency: p.character().length(3),
    grantedAt: p.datetime(),
    expiresAt: p.datetime(),
    orderId: p.bigint('string').nullable(),
  },
});

/** What is written down: that a coupon has expired follows from the time. */
export type WrittenCouponStatus = 'AVAILABLE' | 'LOCKED' | 'USED';

/** What a user pays less for an order. But for its status it stays as its campaign was when it was granted. */
export interface Coupon extends Pick<Campaign, 'name' | 'discount' | 'minimumTotal'> {
  /** Decimal text, as all ids. */
  readonly id: string;
  readonly userId: string;
  readonly campaignId: string;
  readonly status: WrittenCouponStatus;
  readonly discount: Money;
  readonly minimumTotal: Money;
  readonly grantedAt: Date;
  /** From then on no order can lock it. */
  readonly expiresAt: Date;
}

/** An available coupon as the entity's columns hold it, for inserts. */
export function couponColumnsOf({ discount, minimumTotal, ...coupon }: Coupon) {
  return {
    ...coupon,
    discountCents: discount.amountCents,
    minimumTotalCents: minimumTotal.amountCents,
    currency: discount.currency,
  };
}
