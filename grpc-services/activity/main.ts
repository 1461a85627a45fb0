import { auditTask } from '@tiffin/lib/audit/audit-task';
import { createInbox } from '@tiffin/lib/events/inbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import {
  deletesExpiredKeys,
  forgetsEndedBranches,
  forgetsHandledEvents,
} from '@tiffin/lib/service/clean-ups';
import type { StartService } from '@tiffin/lib/service/service';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { CampaignAdminServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import { CouponLockServiceService, CouponServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import { campaignAdmin } from './admin/campaign-admin.ts';
import { couponApi } from './api/coupon-api.ts';
import { couponLockApi } from './api/coupon-lock-api.ts';
import { CampaignEntity } from './data/campaign-entity.ts';
import { couponBranch } from './data/coupon-branch.ts';
import { CouponEntity } from './data/coupon-entity.ts';
import { insertDemoData } from './data/demo-data.ts';
import { migrations } from './data/migrations.ts';
import { auditCoupons } from './domain/audit-coupons.ts';
import type { ActivityDeps } from './domain/deps.ts';
import { grantCoupons } from './jobs/grant-coupons.ts';

/** Starts the activity service: campaigns and the coupons that they grant. */
export const start: StartService = async (platform) => {
  const database = await platform.openDatabase({
    schema: 'activity',
    entities: [CampaignEntity, CouponEntity],
    migrations,
  });
  if (platform.demoData) await insertDemoData(database, platform.progress('demo coupons'));
  const ids = await platform.openIds(database);
  const { clock } = platform;
  const deps: ActivityDeps = {
    clock,
    database,
    ids,
    idempotency: createIdempotency({ database, clock, metrics: platform.metrics }),
    inbox: createInbox({ database, clock }),
    branches: createParticipant({ database, clock, branch: couponBranch }),
    accounts: platform.client(AccountServiceService),
  };
  return {
    rpc: [
      bindRpc(CouponServiceService, couponApi(deps)),
      bindRpc(CouponLockServiceService, couponLockApi(deps)),
      bindRpc(CampaignAdminServiceService, campaignAdmin(deps)),
    ],
    jobs: [grantCoupons(deps)],
    tasks: [
      deletesExpiredKeys(clock, database),
      forgetsHandledEvents(clock, deps.inbox),
      auditTask(platform, {
        service: 'activity',
        checks: { coupons: (signal) => auditCoupons(deps, signal) },
      }),
      forgetsEndedBranches(clock, database),
    ],
    async stop() {
      await ids.stop();
      await database.close();
    },
  };
};
