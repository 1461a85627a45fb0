import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const StuckTransaction: StrictResolvers['StuckTransaction'] = {
  decidedAt: (transaction) => present(transaction.decidedAt, 'StuckTransaction.decidedAt'),
};
