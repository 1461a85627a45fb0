import type { StrictResolvers } from '../resolvers.gen.ts';

export const goods: StrictResolvers['Query']['goods'] = async (_root, { id }, { loaders, views }) => {
  const found = await loaders.goods.load(id);
  if (found) views.sawGoods(found.id);
  return found;
};
