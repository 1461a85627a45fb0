import type { StrictResolvers } from '../resolvers.gen.ts';

export const Category: StrictResolvers['Category'] = {
  __resolveReference: ({ id }, { loaders }) => loaders.category.load(id),
};
