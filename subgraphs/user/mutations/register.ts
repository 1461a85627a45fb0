import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const register: StrictResolvers['Mutation']['register'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { session } = await clients.account.register(input, call);
  return { session: present(session, 'RegisterResponse.session') };
};
