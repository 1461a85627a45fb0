import { addAddress } from './mutations/add-address.ts';
import { createCampaign } from './mutations/create-campaign.ts';
import { endCampaign } from './mutations/end-campaign.ts';
import { grantCoupon } from './mutations/grant-coupon.ts';
import { grantRole } from './mutations/grant-role.ts';
import { login } from './mutations/login.ts';
import { logout } from './mutations/logout.ts';
import { refreshSession } from './mutations/refresh-session.ts';
import { register } from './mutations/register.ts';
import { removeAddress } from './mutations/remove-address.ts';
import { revokeRole } from './mutations/revoke-role.ts';
import { topUpWallet } from './mutations/top-up-wallet.ts';
import { track } from './mutations/track.ts';
import { updateAddress } from './mutations/update-address.ts';
import { updateCampaign } from './mutations/update-campaign.ts';
import { updateProfile } from './mutations/update-profile.ts';
import { campaigns } from './queries/campaigns.ts';
import { me } from './queries/me.ts';
import { user } from './queries/user.ts';
import { enumResolvers, type StrictResolvers } from './resolvers.gen.ts';
import { Address } from './types/address.ts';
import { Campaign } from './types/campaign.ts';
import { Coupon } from './types/coupon.ts';
import { HistoryEntry } from './types/history-entry.ts';
import { Session } from './types/session.ts';
import { User } from './types/user.ts';
import { Wallet } from './types/wallet.ts';
import { WalletBalance } from './types/wallet-balance.ts';
import { WalletEntry } from './types/wallet-entry.ts';

export const resolvers: StrictResolvers = {
  ...enumResolvers,
  Query: { me, user, campaigns },
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
    topUpWallet,
    createCampaign,
    updateCampaign,
    endCampaign,
    grantCoupon,
    track,
  },
  User,
  Wallet,
  WalletBalance,
  WalletEntry,
  Coupon,
  Campaign,
  HistoryEntry,
  Address,
  Session,
};
