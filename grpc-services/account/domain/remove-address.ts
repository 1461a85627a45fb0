import { AppError } from '@tiffin/lib/errors/app-error';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { deleteAddress } from '../data/address-store.ts';
import type { AccountDeps } from './deps.ts';
import { everyRole } from './user.ts';

/**
 * Removes an address of the caller's own.
 * @throws AppError ADDRESS_NOT_FOUND also for somebody else's, UNAUTHENTICATED, FORBIDDEN.
 */
export async function removeAddress(
  deps: AccountDeps,
  { identity }: CallContext,
  addressId: string,
): Promise<void> {
  const userId = requireUserId(identity, ...everyRole);
  const wasThere = await deleteAddress(deps.database, userId, addressId);
  if (!wasThere) throw new AppError('ADDRESS_NOT_FOUND', { addressId });
}
