import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { batchGetFlashSales } from './batch-get-flash-sales.ts';
import type { ActivityDeps } from './deps.ts';
import type { FlashSale } from './flash-sale.ts';

/**
 * One answer for each id, in the order of the ids; undefined where there is no such flash sale.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN.
 */
export async function batchGetManagedFlashSales(
  deps: Pick<ActivityDeps, 'database'>,
  { identity }: CallContext,
  ids: readonly string[],
): Promise<(FlashSale | undefined)[]> {
  requireRole(identity, 'ADMIN');
  return batchGetFlashSales(deps, ids);
}
