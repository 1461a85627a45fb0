import { type AuditedTables, readPage } from '@tiffin/lib/audit/read-page';
import { ROWS_OF_PAGE } from '@tiffin/lib/audit/sweep-rows';
import type { BranchState } from '@tiffin/lib/tcc/branch-rows';
import { couponBranch } from './coupon-branch.ts';

/** A coupon, and the branch of the order that holds it or has used it. */
export interface CouponBook {
  readonly id: string;
  readonly status: 'AVAILABLE' | 'LOCKED' | 'USED';
  readonly orderId: string | null;
  readonly branch: BranchState | null;
}

/** The branch of an order, and how many coupons the order has that are locked or used. */
export interface BranchBook {
  readonly orderId: string;
  readonly state: BranchState;
  readonly locked: number;
  readonly used: number;
}

export interface CampaignBook {
  readonly id: string;
  /** As it counts them. */
  readonly granted: number;
  readonly coupons: number;
}

/** Coupons that the campaigns of a page have together, as they say themselves: a few milliseconds of an index. */
const COUNTED_OF_PAGE = 20_000;

export function readCoupons(database: AuditedTables, afterId: string, signal: AbortSignal | undefined) {
  return readPage<CouponBook>(database, couponsSql, [afterId, ROWS_OF_PAGE], signal);
}

export function readBranches(database: AuditedTables, afterOrderId: string, signal: AbortSignal | undefined) {
  return readPage<BranchBook>(database, branchesSql, [afterOrderId, ROWS_OF_PAGE], signal);
}

/** At least one, and no more behind the one with which there are enough coupons to count. */
export function readCampaigns(database: AuditedTables, afterId: string, signal: AbortSignal | undefined) {
  const parameters = [afterId, ROWS_OF_PAGE, COUNTED_OF_PAGE];
  return readPage<CampaignBook>(database, campaignsSql, parameters, signal);
}

// Subqueries that cannot be made into joins: a join may be done by reading a whole table, however small the page is.
/** Parameters: the last coupon of the page before, rows. */
export const couponsSql = `
  select id, status, locked_by as "orderId", (
      select state from activity.tcc_branch where transaction_id = locked_by and branch = '${couponBranch}'
    ) as branch
  from (select id, status, locked_by from activity.coupon where id > ? order by id limit ?) as page
  order by id`;

/** Parameters: the last order of the page before, rows. */
export const branchesSql = `
  select transaction_id as "orderId", state, locked, used
  from (
    select transaction_id, state from activity.tcc_branch
    where transaction_id > ? and branch = '${couponBranch}' order by transaction_id limit ?
  ) as page
  cross join lateral (
    select count(*) filter (where status = 'LOCKED')::integer as locked,
      count(*) filter (where status = 'USED')::integer as used
    from activity.coupon where locked_by = transaction_id
  ) as held
  order by transaction_id`;

/** Parameters: the last campaign of the page before, rows, coupons. */
export const campaignsSql = `
  select id, granted, (select count(*)::integer from activity.coupon where campaign_id = page.id) as coupons
  from (
    select id, granted_coupons as granted, sum(granted_coupons) over (order by id) as running
    from (select id, granted_coupons from activity.campaign where id > ? order by id limit ?) as next
  ) as page
  where running - granted < ?
  order by id`;
