import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const flashSales: StrictResolvers['Query']['flashSales'] = async (_root, args, { clients, call }) =>
  toConnection(await clients.flashSale.listFlashSales(pageRequest(args), call), (edge) =>
    present(edge.flashSale, 'FlashSaleEdge.flashSale'),
  );
