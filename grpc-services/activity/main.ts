import { auditTask } from '@tiffin/lib/audit/audit-task';
import { createInbox } from '@tiffin/lib/events/inbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { createSignalPublisher } from '@tiffin/lib/live/signal-publisher';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import {
  deletesExpiredKeys,
  forgetsEndedBranches,
  forgetsHandledEvents,
} from '@tiffin/lib/service/clean-ups';
import { openOutbox } from '@tiffin/lib/service/open-outbox';
import type { StartService } from '@tiffin/lib/service/service';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { AccessServiceService } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { CampaignAdminServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import { CouponLockServiceService, CouponServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import {
  FlashSaleServiceService,
  FlashSaleStockServiceService,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { FlashSaleAdminServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { campaignAdmin } from './admin/campaign-admin.ts';
import { flashSaleAdmin } from './admin/flash-sale-admin.ts';
import { couponApi } from './api/coupon-api.ts';
import { couponLockApi } from './api/coupon-lock-api.ts';
import { flashSaleApi } from './api/flash-sale-api.ts';
import { flashSaleJoinApi } from './api/flash-sale-join-api.ts';
import { flashSaleStockApi } from './api/flash-sale-stock-api.ts';
import { CampaignEntity } from './data/campaign-entity.ts';
import { couponBranch } from './data/coupon-branch.ts';
import { CouponEntity } from './data/coupon-entity.ts';
import { insertDemoData } from './data/demo-data.ts';
import { insertDemoFlashSales } from './data/demo-flash-sales.ts';
import { flashSaleBranch } from './data/flash-sale-branch.ts';
import { migrations } from './data/migrations.ts';
import { auditCoupons } from './domain/audit-coupons.ts';
import { auditFlashSales } from './domain/audit-flash-sales.ts';
import type { ActivityDeps } from './domain/deps.ts';
import { openJoins } from './domain/join-deps.ts';
import { ticketMoved } from './domain/ticket-moved.ts';
import { grantCoupons } from './jobs/grant-coupons.ts';
import { reconcilesCounters } from './tasks/reconcile-counters.ts';
import { refusesForgotten } from './tasks/refuse-forgotten.ts';

/** Starts the activity service: campaigns and the coupons that they grant, and flash sales. */
export const start: StartService = async (platform) => {
  const database = await platform.openDatabase({
    schema: 'activity',
    entities: [CampaignEntity, CouponEntity],
    migrations,
  });
  if (platform.demoData) {
    await insertDemoData(database, platform.progress('demo coupons'));
    await insertDemoFlashSales(database);
  }
  const ids = await platform.openIds(database);
  const { outbox, relay } = openOutbox(platform, database);
  const { clock, logger, metrics } = platform;
  const redis = platform.redis();
  const access = platform.client(AccessServiceService);
  const joins = openJoins({ clock, logger, metrics, database, ids, outbox, access, redis });
  await joins.start();
  const signals = createSignalPublisher(redis, metrics);
  const deps: ActivityDeps = {
    clock,
    database,
    ids,
    idempotency: createIdempotency({ database, clock, metrics: platform.metrics }),
    inbox: createInbox({ database, clock }),
    outbox,
    branches: createParticipant({ database, clock, branch: couponBranch }),
    claims: createParticipant({ database, clock, branch: flashSaleBranch }),
    accounts: platform.client(AccountServiceService),
    goods: platform.client(GoodsServiceService),
    ticketMoved: (ticket) => ticketMoved(joins.deps, signals, ticket),
  };
  return {
    rpc: [
      bindRpc(CouponServiceService, couponApi(deps)),
      bindRpc(CouponLockServiceService, couponLockApi(deps)),
      bindRpc(CampaignAdminServiceService, campaignAdmin(deps)),
      bindRpc(FlashSaleServiceService, { ...flashSaleApi(deps), ...flashSaleJoinApi(joins.deps) }),
      bindRpc(FlashSaleStockServiceService, flashSaleStockApi(deps)),
      bindRpc(FlashSaleAdminServiceService, flashSaleAdmin(deps)),
    ],
    jobs: [grantCoupons(deps)],
    tasks: [
      relay,
      deletesExpiredKeys(clock, database),
      forgetsHandledEvents(clock, deps.inbox),
      auditTask(platform, {
        service: 'activity',
        checks: {
          coupons: (signal) => auditCoupons(deps, signal),
          flashSales: (signal) => auditFlashSales(deps, signal),
        },
      }),
      forgetsEndedBranches(clock, database),
      reconcilesCounters({ ...joins.deps, logger, metrics }),
      refusesForgotten({ ...deps, logger, metrics }),
    ],
    async stop() {
      await joins.stop();
      await ids.stop();
      await database.close();
    },
  };
};
