import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const closeShop: StrictResolvers['Mutation']['closeShop'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { shop } = await clients.shopAdmin.closeShop(input, call);
  return { shop: present(shop, 'CloseShopResponse.shop') };
};
