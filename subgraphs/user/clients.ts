import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { AccountAdminServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account_admin';
import type { WalletServiceService } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import type { CampaignAdminServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import type { CouponServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import type { TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';

/** The services that the user subgraph stands on. */
export interface UserClients {
  readonly account: RpcClient<typeof AccountServiceService>;
  readonly accountAdmin: RpcClient<typeof AccountAdminServiceService>;
  readonly wallet: RpcClient<typeof WalletServiceService>;
  readonly coupon: RpcClient<typeof CouponServiceService>;
  readonly campaignAdmin: RpcClient<typeof CampaignAdminServiceService>;
  readonly tracking: RpcClient<typeof TrackingServiceService>;
}
