import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const shops: StrictResolvers['Query']['shops'] = async (_root, args, { clients, call }) => {
  const { categoryId, area } = args;
  const page = await clients.shop.listShops(
    { ...pageRequest(args), categoryId: categoryId ?? undefined, area: area ?? undefined },
    call,
  );
  return toConnection(page, (edge) => present(edge.shop, 'ShopEdge.shop'));
};
