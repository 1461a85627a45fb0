import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const Wallet: StrictResolvers['Wallet'] = {
  entries: async (wallet, args, { loaders }) =>
    toConnection(
      await loaders.walletEntries.load({ parentId: wallet.userId, ...pageRequest(args) }),
      (edge) => present(edge.entry, 'WalletEntryEdge.entry'),
    ),
};
