import type { StrictResolvers } from '../resolvers.gen.ts';

export const user: StrictResolvers['Query']['user'] = (_root, { id }, { loaders }) => loaders.user.load(id);
