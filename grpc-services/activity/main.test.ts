import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { openDatabase } from '@tiffin/lib/engines/database';
import { openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { openRedis } from '@tiffin/lib/engines/redis';
import { openIdGenerator } from '@tiffin/lib/ids/id-generator';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { silentProgress } from '@tiffin/lib/service/progress';
import type { Platform } from '@tiffin/lib/service/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { emptyCluster } from '@tiffin/lib/testing/empty-cluster';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import {
  CampaignAdminServiceService,
  CampaignFields,
} from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import { CouponLockServiceService, CouponServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import {
  FlashSaleServiceService,
  FlashSaleStockServiceService,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { FlashSaleAdminServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import { orderPaid } from '@tiffin/proto/topics/order-topics';
import { customer, fakeAccounts } from './activity-test-bed.ts';
import { start } from './main.ts';

const fields = CampaignFields.fromPartial({
  name: 'Spring',
  trigger: 'CAMPAIGN_TRIGGER_MANUAL',
  discount: { amountCents: 100, currency: 'EUR' },
  minimumTotal: { amountCents: 0, currency: 'EUR' },
  startsAt: new Date(0),
  endsAt: new Date(1),
  couponDays: 1,
  maxCoupons: 1,
});

test('the service starts on empty tables, with and without demo data, and gives everything back at its stop', async () => {
  for (const demoData of [true, false]) {
    const embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
    const clock = new VirtualClock();
    const redis = await openRedis({ keyspace: `activity-main-${demoData}` });
    const service = await start({
      clock,
      logger: silentLogger,
      metrics: createMetrics(),
      redis: () => redis,
      demoData,
      progress: () => silentProgress,
      openDatabase: (options) => openDatabase({ ...options, embedded }),
      openIds: (database) => openIdGenerator({ database, clock }),
      client: () => fakeAccounts({ ping: async () => {} }),
    } as Partial<Platform> as Platform);

    assert.deepEqual(
      service.rpc.map(({ definition }) => definition),
      [
        CouponServiceService,
        CouponLockServiceService,
        CampaignAdminServiceService,
        FlashSaleServiceService,
        FlashSaleStockServiceService,
        FlashSaleAdminServiceService,
      ],
    );
    assert.deepEqual(
      service.jobs?.map(({ consumer, topic }) => [consumer, topic.name]),
      [['activity.coupons', orderPaid.name]],
    );
    assert.equal(service.tasks?.length, 7);
    const admin = service.rpc[2]?.handlers as unknown as RpcClient<CampaignAdminServiceService>;
    const own = callBy(ownProcess);
    const { edges } = await admin.listCampaigns({ first: 100 }, own);
    assert.equal(edges.length, demoData ? 2 : 0);
    const request = { ...freshKey, campaignId: String(demoId('campaign', 2)), userId: customer.userId };
    if (demoData) {
      const { coupon } = await admin.grantCoupon(request, own);
      assert.ok(BigInt(coupon?.id ?? 0) > demoId('coupon', 2 ** 20), 'newer than all demo coupons');
    }
    await service.stop();
    await assert.rejects(admin.createCampaign({ ...freshKey, fields }, own), { name: 'WorkerLeaseLost' });
    await embedded.close();
  }
});
