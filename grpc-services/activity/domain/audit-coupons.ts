import type { Finding } from '@tiffin/lib/audit/finding';
import type { AuditedTables } from '@tiffin/lib/audit/read-page';
import { sweepRows } from '@tiffin/lib/audit/sweep-rows';
import {
  type BranchBook,
  type CampaignBook,
  type CouponBook,
  readBranches,
  readCampaigns,
  readCoupons,
} from '../data/coupon-audit.ts';

/**
 * Checks that each coupon that is locked or used has the branch for it, and the other way round, and that each campaign
 * counts the coupons that it has granted.
 */
export async function* auditCoupons(
  { database }: { readonly database: AuditedTables },
  signal?: AbortSignal,
): AsyncGenerator<readonly Finding[]> {
  yield* sweepRows(
    (after: CouponBook | undefined) => readCoupons(database, after?.id ?? '0', signal),
    couponFindings,
  );
  yield* sweepRows(
    (after: BranchBook | undefined) => readBranches(database, after?.orderId ?? '0', signal),
    branchFindings,
  );
  yield* sweepRows(
    (after: CampaignBook | undefined) => readCampaigns(database, after?.id ?? '0', signal),
    campaignFindings,
    // Pages are of campaigns that have enough coupons together: only one without any is the last.
    1,
  );
}

function couponFindings({ id, status, orderId, branch }: CouponBook): Finding[] {
  if (status === 'AVAILABLE' || branch === (status === 'LOCKED' ? 'TRIED' : 'CONFIRMED')) return [];
  // Branches that have ended are forgotten some time; coupons stay.
  if (status === 'USED' && branch === null) return [];
  const problem = `is ${status} for order ${orderId}, whose branch is ${branch ?? 'missing'}`;
  return [{ unit: `coupon ${id}`, problem }];
}

function branchFindings({ orderId, state, locked, used }: BranchBook): Finding[] {
  if (state === 'CANCELLED') return [];
  const [wanted, coupons] = state === 'TRIED' ? ['LOCKED', locked] : ['USED', used];
  if (coupons === 1) return [];
  return [{ unit: `order ${orderId}`, problem: `has a ${state} branch and ${coupons} ${wanted} coupons` }];
}

function campaignFindings({ id, granted, coupons }: CampaignBook): Finding[] {
  if (granted === coupons) return [];
  return [{ unit: `campaign ${id}`, problem: `counts ${granted} coupons and has ${coupons}` }];
}
