import type { StrictResolvers } from '../resolvers.gen.ts';

export const order: StrictResolvers['Query']['order'] = (_root, { id }, { loaders }) =>
  loaders.order.load(id);
