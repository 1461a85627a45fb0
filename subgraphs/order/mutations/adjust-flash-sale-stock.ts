import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const adjustFlashSaleStock: StrictResolvers['Mutation']['adjustFlashSaleStock'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { flashSale } = await clients.flashSaleAdmin.adjustFlashSaleStock(input, call);
  return { flashSale: present(flashSale, 'AdjustFlashSaleStockResponse.flashSale') };
};
