import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { changeAddress } from '../data/address-store.ts';
import { type Address, type AddressLines, trimmedLines } from './address.ts';
import { everyRole } from './user.ts';

/**
 * Replaces the lines of an address of the caller's own.
 * @throws AppError ADDRESS_NOT_FOUND also for somebody else's, so that nobody learns which ids exist; UNAUTHENTICATED,
 *   FORBIDDEN.
 */
export async function updateAddress(
  { identity }: CallContext,
  addressId: string,
  lines: AddressLines,
  effect: Effect<Address>,
): Promise<Address> {
  const userId = requireUserId(identity, ...everyRole);
  const address = await effect((em) => changeAddress(em, userId, addressId, trimmedLines(lines)));
  if (!address) throw new AppError('ADDRESS_NOT_FOUND', { addressId });
  return address;
}
