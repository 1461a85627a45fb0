import type { StrictResolvers } from '../resolvers.gen.ts';

export const me: StrictResolvers['Query']['me'] = (_root, _args, { call, loaders }) =>
  call.identity.kind === 'user' ? loaders.user.load(call.identity.userId) : null;
