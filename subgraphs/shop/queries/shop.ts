import type { StrictResolvers } from '../resolvers.gen.ts';

export const shop: StrictResolvers['Query']['shop'] = (_root, { id }, { loaders }) => loaders.shop.load(id);
