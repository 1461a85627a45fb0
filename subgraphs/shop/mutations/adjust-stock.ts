import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const adjustStock: StrictResolvers['Mutation']['adjustStock'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { goods } = await clients.goodsAdmin.adjustStock(input, call);
  return { goods: present(goods, 'AdjustStockResponse.goods') };
};
