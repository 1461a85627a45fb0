import type { StrictResolvers } from '../resolvers.gen.ts';

export const managedFlashSale: StrictResolvers['Query']['managedFlashSale'] = (_root, { id }, { loaders }) =>
  loaders.managedFlashSale.load(id);
