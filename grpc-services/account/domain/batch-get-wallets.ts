import { AppError } from '@tiffin/lib/errors/app-error';
import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findBalances } from '../data/wallet-store.ts';
import type { AccountDeps } from './deps.ts';
import { seesPersonalDataOf } from './user.ts';
import type { Wallet } from './wallet.ts';

/**
 * One answer for each user, in the order of the ids: a wallet without balances for one who never had money; undefined
 * where the wallet is somebody else's and the caller is no administrator and no service.
 * @throws AppError UNAUTHENTICATED for nobody.
 */
export async function batchGetWallets(
  { database }: AccountDeps,
  { identity }: CallContext,
  userIds: readonly string[],
): Promise<(Wallet | undefined)[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  const visible = userIds.map((userId) => (seesPersonalDataOf(identity, userId) ? userId : ''));
  const found = await findByIds(visible, async (possible) => {
    const byUser = Map.groupBy(await findBalances(database, possible), ({ userId }) => userId);
    return possible.map((id) => ({ id, balances: byUser.get(id) ?? [] }));
  });
  return found.map((wallet) => wallet && { userId: wallet.id, balances: wallet.balances });
}
