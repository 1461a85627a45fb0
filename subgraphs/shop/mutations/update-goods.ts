import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const updateGoods: StrictResolvers['Mutation']['updateGoods'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { idempotencyKey, goodsId, version, name, description, price, categoryIds } = input;
  const { goods } = await clients.goodsAdmin.updateGoods(
    {
      idempotencyKey,
      goodsId,
      version,
      name: name ?? undefined,
      description: description ?? undefined,
      price: price ?? undefined,
      categoryIds: categoryIds ? { ids: [...categoryIds] } : undefined,
    },
    call,
  );
  return { goods: present(goods, 'UpdateGoodsResponse.goods') };
};
