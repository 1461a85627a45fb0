import { requireRole } from '@tiffin/lib/identity/require-role';
import { type Page, toPage } from '@tiffin/lib/paging/page';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { StuckTransaction } from '@tiffin/lib/tcc/stuck-transactions';
import type { OrderDeps } from './deps.ts';

/**
 * Transactions that were decided and whose participants do not follow, oldest first.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN.
 */
export async function listStuckTransactions(
  { stuckTransactions }: Pick<OrderDeps, 'stuckTransactions'>,
  { identity }: CallContext,
  first: number,
  afterId: string | undefined,
): Promise<Page<StuckTransaction>> {
  requireRole(identity, 'ADMIN');
  return toPage(await stuckTransactions.list(first + 1, afterId), first);
}
