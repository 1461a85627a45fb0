import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const createShop: StrictResolvers['Mutation']['createShop'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { shop } = await clients.shopAdmin.createShop(input, call);
  return { shop: present(shop, 'CreateShopResponse.shop') };
};
