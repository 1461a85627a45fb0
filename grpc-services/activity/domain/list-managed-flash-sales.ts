import { requireRole } from '@tiffin/lib/identity/require-role';
import { type Page, toPage } from '@tiffin/lib/paging/page';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findNewestFlashSales } from '../data/flash-sale-store.ts';
import type { ActivityDeps } from './deps.ts';
import type { FlashSale } from './flash-sale.ts';

/**
 * All flash sales, also those that are over, newest first, from behind the one with the id `after` on.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN.
 */
export async function listManagedFlashSales(
  { database }: Pick<ActivityDeps, 'database'>,
  { identity }: CallContext,
  { first, after }: { readonly first: number; readonly after: string | undefined },
): Promise<Page<FlashSale>> {
  requireRole(identity, 'ADMIN');
  return toPage(await findNewestFlashSales(database, { after, maxItems: first + 1 }), first);
}
