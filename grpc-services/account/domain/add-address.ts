import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { insertAddress } from '../data/address-store.ts';
import { lockUser } from '../data/user-store.ts';
import { type Address, type AddressLines, maxAddressesOfUser, trimmedLines } from './address.ts';
import type { AccountDeps } from './deps.ts';
import { everyRole } from './user.ts';

/**
 * Adds an address of the caller's own.
 * @throws AppError ADDRESS_LIMIT_REACHED, FORBIDDEN, UNAUTHENTICATED also when the caller's account is gone.
 */
export async function addAddress(
  deps: AccountDeps,
  context: CallContext,
  lines: AddressLines,
  effect: Effect<Address>,
): Promise<Address> {
  const userId = requireUserId(context.identity, ...everyRole);
  const address: Address = { id: String(await deps.ids.nextId()), userId, ...trimmedLines(lines) };
  return effect(async (em) => {
    if (!(await lockUser(em, userId))) throw new AppError('UNAUTHENTICATED', {});
    if (!(await insertAddress(em, address, maxAddressesOfUser)))
      throw new AppError('ADDRESS_LIMIT_REACHED', { maxAddresses: maxAddressesOfUser });
    return address;
  });
}
