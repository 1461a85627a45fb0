import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const grantRole: StrictResolvers['Mutation']['grantRole'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { user } = await clients.accountAdmin.grantRole(input, call);
  return { user: present(user, 'GrantRoleResponse.user') };
};
