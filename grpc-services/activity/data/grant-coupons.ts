import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Coupon } from './coupon-entity.ts';
import { type CouponRow, couponColumns, toCoupon } from './coupon-row.ts';
import { timestamp } from './timestamp.ts';

/** One coupon for a user of each of some campaigns. */
export interface CouponGrant {
  readonly userId: string;
  /** The order that it is for, which gets one of a campaign at most, and when it was paid; absent where somebody gives it. */
  readonly order?: { readonly id: string; readonly paidMs: number };
  /** A campaign stands in them once; the coupons' ids are new. */
  readonly coupons: readonly { readonly id: string; readonly campaignId: string }[];
}

/**
 * Grants the coupons of the campaigns that run, or ran when the order was paid, and have any left, and counts them;
 * resolves to what was granted.
 *
 * One statement: it locks the row of a campaign, for which all buyers of a rush may queue, only now and until the
 * commit, so whoever calls it does so last. `due` locks in the order of the ids, so grants never wait for each other in
 * a circle. A campaign that runs out during the wait for its lock drops out, because PostgreSQL checks the conditions
 * again on the row as it is then.
 */
export async function grantCoupons(
  em: EntityManager,
  { userId, order, coupons }: CouponGrant,
  nowMs: number,
): Promise<Coupon[]> {
  const now = timestamp(nowMs);
  const runsAt = timestamp(order?.paidMs ?? nowMs);
  const forOrder = order?.id ?? null;
  const rows = await em.execute<CouponRow[]>(
    `with due as (
       select campaign.id, wanted.coupon_id
       from unnest(?::bigint[], ?::bigint[]) as wanted (coupon_id, campaign_id)
       join activity.campaign on campaign.id = wanted.campaign_id
       where starts_at <= ?::timestamptz and ends_at > ?::timestamptz and granted_coupons < max_coupons
         and (trigger = 'ORDER_PAID' or ?::bigint is null)
         and not exists (
           select from activity.coupon where coupon.campaign_id = campaign.id and coupon.order_id = ?::bigint)
       order by campaign.id
       for no key update of campaign
     ), counted as (
       update activity.campaign set granted_coupons = granted_coupons + 1
       from due where campaign.id = due.id
       returning due.coupon_id, campaign.*
     )
     insert into activity.coupon (
       id, user_id, campaign_id, name, status, discount_cents, minimum_total_cents, currency,
       granted_at, expires_at, order_id)
     select coupon_id, ?::bigint, id, name, 'AVAILABLE', discount_cents, minimum_total_cents, currency,
       ?::timestamptz, ?::timestamptz + coupon_days * interval '24 hours', ?::bigint
     from counted
     returning ${couponColumns}`,
    [
      bigintArray(coupons.map(({ id }) => id)),
      bigintArray(coupons.map(({ campaignId }) => campaignId)),
      ...[runsAt, runsAt, forOrder, forOrder],
      ...[userId, now, now, forOrder],
    ],
  );
  return rows.map(toCoupon);
}
