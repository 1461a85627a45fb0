import { type Finding, MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import type { Database } from '@tiffin/lib/engines/database';
import { couponBranch } from './coupon-branch.ts';

/** It reads all coupons; a server's own time-out is for requests. */
const maxAuditMs = 30_000;

/**
 * Where coupons, the branches of orders and the counts of campaigns contradict each other. One statement, so it sees all
 * of them at one moment whatever goes on around it; it reads only, and locks nothing.
 */
export function findContradictions(
  database: Pick<Database, 'transaction'>,
  signal: AbortSignal | undefined,
): Promise<Finding[]> {
  return database.transaction(async (em) => {
    await em.execute('set transaction read only');
    await em.execute(`set local statement_timeout = ${maxAuditMs}`);
    return em.execute<Finding[]>(auditSql);
  }, signal && { signal });
}

const auditSql = `
  (select 'coupon ' || coupon.id as unit,
     'is ' || status || ' for order ' || locked_by || ', whose branch is ' || coalesce(state, 'missing') as problem
   from activity.coupon
   left join activity.tcc_branch on transaction_id = locked_by and branch = '${couponBranch}'
   where status <> 'AVAILABLE'
     and state is distinct from case status when 'LOCKED' then 'TRIED' else 'CONFIRMED' end
   order by coupon.id limit ${MAX_FINDINGS})
  union all
  (select 'order ' || transaction_id, 'has a ' || state || ' branch and ' || coupons || ' ' || wanted || ' coupons'
   from activity.tcc_branch
   cross join lateral (select case state when 'TRIED' then 'LOCKED' else 'USED' end as wanted) as rule
   cross join lateral (
     select count(*) as coupons from activity.coupon where locked_by = transaction_id and status = wanted
   ) as held
   where branch = '${couponBranch}' and state in ('TRIED', 'CONFIRMED') and coupons <> 1
   order by transaction_id limit ${MAX_FINDINGS})
  union all
  (select 'campaign ' || campaign.id, 'counts ' || granted_coupons || ' coupons and has ' || granted.coupons
   from activity.campaign
   cross join lateral (
     select count(*) as coupons from activity.coupon where campaign_id = campaign.id
   ) as granted
   where granted_coupons <> granted.coupons
   order by campaign.id limit ${MAX_FINDINGS})
  limit ${MAX_FINDINGS}`;
