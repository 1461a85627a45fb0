import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const resolveTransaction: StrictResolvers['Mutation']['resolveTransaction'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { transaction } = await clients.orderAdmin.resolveTransaction(input, call);
  return { transaction: present(transaction, 'ResolveTransactionResponse.transaction') };
};
