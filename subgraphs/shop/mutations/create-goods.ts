import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const createGoods: StrictResolvers['Mutation']['createGoods'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { goods } = await clients.goodsAdmin.createGoods(
    { ...input, categoryIds: [...input.categoryIds] },
    call,
  );
  return { goods: present(goods, 'CreateGoodsResponse.goods') };
};
