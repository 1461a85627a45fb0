import type { StrictResolvers } from '../resolvers.gen.ts';

export const logout: StrictResolvers['Mutation']['logout'] = async (_root, { input }, { clients, call }) => {
  await clients.account.logout(input, call);
  return { loggedOut: true };
};
