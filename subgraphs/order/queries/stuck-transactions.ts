import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const stuckTransactions: StrictResolvers['Query']['stuckTransactions'] = async (
  _root,
  args,
  { clients, call },
) =>
  toConnection(await clients.orderAdmin.listStuckTransactions(pageRequest(args), call), (edge) =>
    present(edge.transaction, 'StuckTransactionEdge.transaction'),
  );
