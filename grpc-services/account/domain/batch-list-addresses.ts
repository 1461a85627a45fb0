import { AppError } from '@tiffin/lib/errors/app-error';
import { isId } from '@tiffin/lib/errors/invalid-argument';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findAddressPages } from '../data/address-store.ts';
import type { Address } from './address.ts';
import { seesPersonalDataOf } from './caller.ts';
import type { AccountDeps } from './deps.ts';

export interface AddressPageRequest {
  readonly userId: string;
  readonly first: number;
  /** The page starts behind this address. */
  readonly afterId: string | undefined;
}

export interface AddressPage {
  readonly addresses: readonly Address[];
  readonly hasNextPage: boolean;
}

/**
 * One page for each request, in their order; empty for a user without addresses. Oldest first.
 * @throws AppError UNAUTHENTICATED for nobody; FORBIDDEN when a single page is somebody else's and the caller is no
 *   administrator and no service: whoever asks for that has a defect or bad intentions.
 */
export async function batchListAddresses(
  deps: AccountDeps,
  { identity }: CallContext,
  requests: readonly AddressPageRequest[],
): Promise<AddressPage[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (!requests.every(({ userId }) => seesPersonalDataOf(identity, userId)))
    throw new AppError('FORBIDDEN', {});
  if (requests.length === 0) return [];
  const lists = await findAddressPages(
    deps.database,
    requests.map(({ userId, first, afterId = '0' }) => ({
      // No user has the id 0: a malformed id has an empty page and spoils no other.
      userId: isId(userId) ? userId : '0',
      afterId,
      maxItems: first + 1,
    })),
  );
  return requests.map(({ first }, index) => {
    const found = lists[index] ?? [];
    return { addresses: found.slice(0, first), hasNextPage: found.length > first };
  });
}
