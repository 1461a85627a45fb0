import { AppError } from '@tiffin/lib/errors/app-error';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { changeAddress } from '../data/address-store.ts';
import { type Address, type AddressLines, trimmedLines } from './address.ts';
import type { AccountDeps } from './deps.ts';
import { everyRole } from './user.ts';

/**
 * Replaces the lines of an address of the caller's own.
 * @throws AppError ADDRESS_NOT_FOUND also for somebody else's, so that nobody learns which ids exist; UNAUTHENTICATED,
 *   FORBIDDEN.
 */
export async function updateAddress(
  deps: AccountDeps,
  { identity }: CallContext,
  addressId: string,
  lines: AddressLines,
): Promise<Address> {
  const userId = requireUserId(identity, ...everyRole);
  const address = await changeAddress(deps.database, userId, addressId, trimmedLines(lines));
  if (!address) throw new AppError('ADDRESS_NOT_FOUND', { addressId });
  return address;
}
