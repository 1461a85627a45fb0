import type { StrictResolvers } from '../resolvers.gen.ts';

export const goods: StrictResolvers['Query']['goods'] = (_root, { id }, { loaders }) =>
  loaders.goods.load(id);
