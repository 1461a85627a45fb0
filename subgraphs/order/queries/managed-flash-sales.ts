import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const managedFlashSales: StrictResolvers['Query']['managedFlashSales'] = async (
  _root,
  args,
  { clients, call },
) =>
  toConnection(await clients.flashSaleAdmin.listManagedFlashSales(pageRequest(args), call), (edge) =>
    present(edge.flashSale, 'ManagedFlashSaleEdge.flashSale'),
  );
