import type { Campaign, CampaignTrigger } from './campaign-entity.ts';

export const campaignColumns = `
  id, name, trigger, discount_cents, minimum_total_cents, currency, coupon_days, max_coupons, granted_coupons, version,
  (extract(epoch from starts_at) * 1000)::float8 as starts_at_ms,
  (extract(epoch from ends_at) * 1000)::float8 as ends_at_ms`;

/** As both engines answer: a bigint is text. */
export interface CampaignRow {
  readonly id: string;
  readonly name: string;
  readonly trigger: CampaignTrigger;
  readonly discount_cents: string;
  readonly minimum_total_cents: string;
  readonly currency: string;
  readonly coupon_days: number;
  readonly max_coupons: number;
  readonly granted_coupons: number;
  readonly version: number;
  readonly starts_at_ms: number;
  readonly ends_at_ms: number;
}

export function toCampaign(row: CampaignRow): Campaign {
  const { currency } = row;
  return {
    id: row.id,
    name: row.name,
    trigger: row.trigger,
    discount: { amountCents: Number(row.discount_cents), currency },
    minimumTotal: { amountCents: Number(row.minimum_total_cents), currency },
    startsAt: new Date(row.starts_at_ms),
    endsAt: new Date(row.ends_at_ms),
    couponDays: row.coupon_days,
    maxCoupons: row.max_coupons,
    grantedCoupons: row.granted_coupons,
    version: row.version,
  };
}
