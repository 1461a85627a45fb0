import { AppError } from '@tiffin/lib/errors/app-error';
import type { Page } from '@tiffin/lib/paging/page';
import type { ParentPage } from '@tiffin/lib/paging/parent-pages';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findAddressPages } from '../data/address-store.ts';
import type { Address } from './address.ts';
import type { AccountDeps } from './deps.ts';
import { seesPersonalDataOf } from './user.ts';

/**
 * One page of a user's addresses for each request, in their order; empty for a user without addresses. Oldest first.
 * @throws AppError UNAUTHENTICATED for nobody; FORBIDDEN when a single page is somebody else's and the caller is no
 *   administrator and no service: whoever asks for that has a defect or bad intentions.
 */
export async function batchListAddresses(
  { database }: AccountDeps,
  { identity }: CallContext,
  pages: readonly ParentPage[],
): Promise<Page<Address>[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (!pages.every(({ parentId }) => seesPersonalDataOf(identity, parentId)))
    throw new AppError('FORBIDDEN', {});
  return pages.length === 0 ? [] : findAddressPages(database, pages);
}
