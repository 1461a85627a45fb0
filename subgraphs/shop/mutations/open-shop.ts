import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const openShop: StrictResolvers['Mutation']['openShop'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { shop } = await clients.shopAdmin.openShop(input, call);
  return { shop: present(shop, 'OpenShopResponse.shop') };
};
