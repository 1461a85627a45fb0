import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const refreshSession: StrictResolvers['Mutation']['refreshSession'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { session } = await clients.account.refreshSession(input, call);
  return { session: present(session, 'RefreshSessionResponse.session') };
};
