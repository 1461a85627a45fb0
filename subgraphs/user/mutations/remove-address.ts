import type { StrictResolvers } from '../resolvers.gen.ts';

export const removeAddress: StrictResolvers['Mutation']['removeAddress'] = (
  _root,
  { input },
  { clients, call },
) => clients.account.removeAddress(input, call);
