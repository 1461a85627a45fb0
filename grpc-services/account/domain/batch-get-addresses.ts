import { AppError } from '@tiffin/lib/errors/app-error';
import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findAddresses } from '../data/address-store.ts';
import type { Address } from './address.ts';
import type { AccountDeps } from './deps.ts';
import { seesPersonalDataOf } from './user.ts';

/**
 * One answer for each id, in the order of the ids; undefined where there is no such address, and in the same way where
 * it is somebody else's and the caller is no administrator and no service: nobody learns that it exists.
 * @throws AppError UNAUTHENTICATED for nobody.
 */
export async function batchGetAddresses(
  { database }: AccountDeps,
  { identity }: CallContext,
  ids: readonly string[],
): Promise<(Address | undefined)[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  const addresses = await findByIds(ids, (possible) => findAddresses(database, possible));
  return addresses.map((address) =>
    address && seesPersonalDataOf(identity, address.userId) ? address : undefined,
  );
}
