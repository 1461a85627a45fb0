import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const WalletEntry: StrictResolvers['WalletEntry'] = {
  amount: (entry) => present(entry.amount, 'WalletEntry.amount'),
  at: (entry) => present(entry.at, 'WalletEntry.at'),
};
