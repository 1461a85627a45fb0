import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const revokeRole: StrictResolvers['Mutation']['revokeRole'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { user } = await clients.accountAdmin.revokeRole(input, call);
  return { user: present(user, 'RevokeRoleResponse.user') };
};
