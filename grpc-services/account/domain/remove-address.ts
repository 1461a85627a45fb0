import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { deleteAddress } from '../data/address-store.ts';
import { everyRole } from './user.ts';

/** What is left of a removed address. */
export interface RemovedAddress {
  readonly addressId: string;
}

/**
 * Removes an address of the caller's own.
 * @throws AppError ADDRESS_NOT_FOUND also for somebody else's, UNAUTHENTICATED, FORBIDDEN.
 */
export async function removeAddress(
  { identity }: CallContext,
  addressId: string,
  effect: Effect<RemovedAddress>,
): Promise<RemovedAddress> {
  const userId = requireUserId(identity, ...everyRole);
  const removed = await effect(async (em) =>
    (await deleteAddress(em, userId, addressId)) ? { addressId } : undefined,
  );
  if (!removed) throw new AppError('ADDRESS_NOT_FOUND', { addressId });
  return removed;
}
