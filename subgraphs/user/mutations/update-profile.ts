import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const updateProfile: StrictResolvers['Mutation']['updateProfile'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { idempotencyKey, displayName, phone } = input;
  const { user } = await clients.account.updateProfile(
    { idempotencyKey, displayName: displayName ?? undefined, phone: phone ?? undefined },
    call,
  );
  return { user: present(user, 'UpdateProfileResponse.user') };
};
