import type { StrictResolvers } from '../resolvers.gen.ts';

export const flashSale: StrictResolvers['Query']['flashSale'] = (_root, { id }, { loaders }) =>
  loaders.flashSale.load(id);
