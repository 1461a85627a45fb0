import type { Coupon, WrittenCouponStatus } from './coupon-entity.ts';

export const couponColumns = `
  id, user_id, campaign_id, name, status, discount_cents, minimum_total_cents, currency,
  (extract(epoch from granted_at) * 1000)::float8 as granted_at_ms,
  (extract(epoch from expires_at) * 1000)::float8 as expires_at_ms`;

/** As both engines answer: a bigint is text. */
export interface CouponRow {
  readonly id: string;
  readonly user_id: string;
  readonly campaign_id: string;
  readonly name: string;
  readonly status: WrittenCouponStatus;
  readonly discount_cents: string;
  readonly minimum_total_cents: string;
  readonly currency: string;
  readonly granted_at_ms: number;
  readonly expires_at_ms: number;
}

export function toCoupon(row: CouponRow): Coupon {
  const { currency } = row;
  return {
    id: row.id,
    userId: row.user_id,
    campaignId: row.campaign_id,
    name: row.name,
    status: row.status,
    discount: { amountCents: Number(row.discount_cents), currency },
    minimumTotal: { amountCents: Number(row.minimum_total_cents), currency },
    grantedAt: new Date(row.granted_at_ms),
    expiresAt: new Date(row.expires_at_ms),
  };
}
