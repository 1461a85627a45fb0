import type { Finding } from '@tiffin/lib/audit/finding';
import type { Database } from '@tiffin/lib/engines/database';
import { findContradictions } from '../data/coupon-audit.ts';

/**
 * What does not fit together: each coupon that is locked or used has the branch for it, and the other way round, and
 * each campaign counts the coupons that it has granted. Only reads, and may run beside traffic, where it finds nothing
 * that is not wrong. Resolves to at most `MAX_FINDINGS`.
 */
export function auditCoupons(
  { database }: { readonly database: Pick<Database, 'transaction'> },
  signal?: AbortSignal,
): Promise<Finding[]> {
  return findContradictions(database, signal);
}
