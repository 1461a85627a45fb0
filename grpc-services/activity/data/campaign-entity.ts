import { defineEntity, p } from '@mikro-orm/core';

export const CampaignEntity = defineEntity({
  name: 'Campaign',
  schema: 'activity',
  tableName: 'campaign',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    name: p.text(),
    trigger: p.enum(['ORDER_PAID', 'MANUAL']),
    discountCents: p.bigint('number'),
    minimumTotalCents: p.bigint('number'),
    currency: p.character().length(3),
    startsAt: p.datetime(),
    endsAt: p.datetime(),
    couponDays: p.integer(),
    maxCoupons: p.integer(),
    grantedCoupons: p.integer(),
    version: p.integer(),
  },
});

/** Who gets its coupons: everybody who pays an order, and whom administrators give one; or the latter alone. */
export type CampaignTrigger = 'ORDER_PAID' | 'MANUAL';

/** What grants coupons of one kind. It runs from its start until right before its end. */
export interface Campaign {
  /** Decimal text, as all ids. */
  readonly id: string;
  readonly name: string;
  readonly trigger: CampaignTrigger;
  /** Above zero. */
  readonly discount: Money;
  /** What the goods of an order cost at least; in the currency of the discount. */
  readonly minimumTotal: Money;
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** How long a coupon lasts from its grant on, in days of 24 hours. */
  readonly couponDays: number;
  readonly maxCoupons: number;
  /** Always the number of its coupons, and never above `maxCoupons`. */
  readonly grantedCoupons: number;
  /** Rises by one with every change by an administrator, not with grants. */
  readonly version: number;
}

export interface Money {
  /** 0 to 2^53 - 1. */
  readonly amountCents: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** A campaign as the entity's columns hold it, for inserts. */
export function campaignColumnsOf({ discount, minimumTotal, ...campaign }: Campaign) {
  return {
    ...campaign,
    discountCents: discount.amountCents,
    minimumTotalCents: minimumTotal.amountCents,
    currency: discount.currency,
  };
}
