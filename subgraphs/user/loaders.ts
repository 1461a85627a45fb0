import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { createBatchLoader, createPageLoader } from '@tiffin/lib/subgraph/batch-loader';
import type { UserClients } from './clients.ts';

export type UserLoaders = ReturnType<typeof createUserLoaders>;

/** One loader for each BatchGet and BatchList rpc. A missing entity loads as undefined. */
export function createUserLoaders({ account, wallet, coupon, tracking }: UserClients, call: CallContext) {
  return {
    user: createBatchLoader(async (ids: readonly string[]) => {
      const { users } = await account.batchGetUsers({ ids: [...ids] }, call);
      return users.map((slot) => slot.user);
    }),
    addresses: createPageLoader(async (pages) => {
      return (await account.batchListAddresses({ pages: [...pages] }, call)).pages;
    }),
    wallet: createBatchLoader(async (userIds: readonly string[]) => {
      const { wallets } = await wallet.batchGetWallets({ userIds: [...userIds] }, call);
      return wallets.map((slot) => slot.wallet);
    }),
    walletEntries: createPageLoader(async (pages) => {
      return (await wallet.batchListWalletEntries({ pages: [...pages] }, call)).pages;
    }),
    userCoupons: createPageLoader(async (pages) => {
      return (await coupon.batchListUserCoupons({ pages: [...pages] }, call)).pages;
    }),
    userHistory: createPageLoader(async (pages) => {
      return (await tracking.batchListUserHistory({ pages: [...pages] }, call)).pages;
    }),
  };
}
