import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const updateShop: StrictResolvers['Mutation']['updateShop'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { idempotencyKey, shopId, version, name, description, categoryId, area } = input;
  const { shop } = await clients.shopAdmin.updateShop(
    {
      idempotencyKey,
      shopId,
      version,
      name: name ?? undefined,
      description: description ?? undefined,
      categoryId: categoryId ?? undefined,
      area: area ?? undefined,
    },
    call,
  );
  return { shop: present(shop, 'UpdateShopResponse.shop') };
};
