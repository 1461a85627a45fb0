import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const endFlashSale: StrictResolvers['Mutation']['endFlashSale'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { flashSale } = await clients.flashSaleAdmin.endFlashSale(input, call);
  return { flashSale: present(flashSale, 'EndFlashSaleResponse.flashSale') };
};
