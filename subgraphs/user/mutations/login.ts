import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const login: StrictResolvers['Mutation']['login'] = async (_root, { input }, { clients, call }) => {
  const { session } = await clients.account.login(input, call);
  return { session: present(session, 'LoginResponse.session') };
};
