import type { StrictResolvers } from '../resolvers.gen.ts';

export const shop: StrictResolvers['Query']['shop'] = async (_root, { id }, { loaders, views }) => {
  const found = await loaders.shop.load(id);
  if (found) views.sawShop(found.id);
  return found;
};
