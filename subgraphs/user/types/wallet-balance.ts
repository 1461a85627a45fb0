import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const WalletBalance: StrictResolvers['WalletBalance'] = {
  available: (balance) => present(balance.available, 'WalletBalance.available'),
  held: (balance) => present(balance.held, 'WalletBalance.held'),
};
