import type { StartSubgraph } from '@tiffin/lib/service/service';
import { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { AccountAdminServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account_admin';
import { WalletServiceService } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import { CampaignAdminServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import { CouponServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import { TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { createUserSubgraph } from './user-subgraph.ts';

export const start: StartSubgraph = ({ client, logger, metrics }) =>
  createUserSubgraph({
    clients: {
      account: client(AccountServiceService),
      accountAdmin: client(AccountAdminServiceService),
      wallet: client(WalletServiceService),
      coupon: client(CouponServiceService),
      campaignAdmin: client(CampaignAdminServiceService),
      tracking: client(TrackingServiceService),
    },
    logger,
    metrics,
  });
