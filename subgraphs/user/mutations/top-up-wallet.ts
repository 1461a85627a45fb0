import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const topUpWallet: StrictResolvers['Mutation']['topUpWallet'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { wallet } = await clients.wallet.topUpWallet(input, call);
  return { wallet: present(wallet, 'TopUpWalletResponse.wallet') };
};
