import { addAddress } from './mutations/add-address.ts';
import { grantRole } from './mutations/grant-role.ts';
import { login } from './mutations/login.ts';
import { logout } from './mutations/logout.ts';
import { refreshSession } from './mutations/refresh-session.ts';
import { register } from './mutations/register.ts';
import { removeAddress } from './mutations/remove-address.ts';
import { revokeRole } from './mutations/revoke-role.ts';
import { updateAddress } from './mutations/update-address.ts';
import { updateProfile } from './mutations/update-profile.ts';
import { me } from './queries/me.ts';
import { user } from './queries/user.ts';
import { enumResolvers, type StrictResolvers } from './resolvers.gen.ts';
import { Address } from './types/address.ts';
import { Session } from './types/session.ts';
import { User } from './types/user.ts';

export const resolvers: StrictResolvers = {
  ...enumResolvers,
  Query: { me, user },
  Mutation: {
    register,
    login,
    refreshSession,
    logout,
    updateProfile,
    addAddress,
    updateAddress,
    removeAddress,
    grantRole,
    revokeRole,
  },
  User,
  Address,
  Session,
};
