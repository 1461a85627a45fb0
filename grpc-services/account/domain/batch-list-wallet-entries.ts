import { AppError } from '@tiffin/lib/errors/app-error';
import type { Page } from '@tiffin/lib/paging/page';
import type { ParentPage } from '@tiffin/lib/paging/parent-pages';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findWalletEntryPages } from '../data/wallet-store.ts';
import type { AccountDeps } from './deps.ts';
import { seesPersonalDataOf } from './user.ts';
import type { WalletEntry } from './wallet.ts';

/**
 * What moved in each user's wallet, newest first: one page for each request, in their order.
 * @throws AppError UNAUTHENTICATED for nobody; FORBIDDEN when a single page is somebody else's and the caller is no
 *   administrator and no service.
 */
export async function batchListWalletEntries(
  { database }: AccountDeps,
  { identity }: CallContext,
  pages: readonly ParentPage[],
): Promise<Page<WalletEntry>[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (!pages.every(({ parentId }) => seesPersonalDataOf(identity, parentId)))
    throw new AppError('FORBIDDEN', {});
  return pages.length === 0 ? [] : findWalletEntryPages(database, pages);
}
