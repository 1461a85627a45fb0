import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { openDatabase } from '@tiffin/lib/engines/database';
import { openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';
import { openIdGenerator } from '@tiffin/lib/ids/id-generator';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { silentProgress } from '@tiffin/lib/service/progress';
import type { Platform } from '@tiffin/lib/service/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { emptyCluster } from '@tiffin/lib/testing/empty-cluster';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { demoShops } from './data/demo-data.ts';
import { demoReviews } from './data/demo-reviews.ts';
import { shopKey } from './data/keys.ts';
import { start } from './main.ts';
import { callByCustomer } from './shop-test-bed.ts';

test('the service starts with demo data, answers on both doors, and gives everything back at its stop', async () => {
  const embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
  const redis = await openRedis({ keyspace: 'shop-main' });
  const platform: Partial<Platform> = {
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
    env: {},
    redis: () => redis,
    demoData: true,
    progress: () => silentProgress,
    openDatabase: (options) => openDatabase({ ...options, embedded }),
    openIds: (database) => openIdGenerator({ database, clock: systemClock }),
    client: <Service>() =>
      ({ listHot: async () => ({ targetIds: [demoShops()[0]?.id] }) }) as RpcClient<Service>,
  };
  const service = await start(platform as Platform);
  const hot = await redis.exists(shopKey(demoShops()[0]?.id ?? ''));
  assert.equal(hot, 1, 'what users look at most is in the cache before anybody asks');
  assert.deepEqual(
    service.rpc.map(({ definition }) => definition),
    [ShopServiceService, ShopAdminServiceService],
  );
  const api = service.rpc[0]?.handlers as unknown as RpcClient<typeof ShopServiceService>;
  const { edges } = await api.listShops({ first: 100 }, callBy());
  assert.equal(edges.length, 100);
  const customerId = String(demoId('user', 1));
  const reviewed = new Set(
    demoReviews(200).flatMap(({ shopId, authorId }) => (authorId === customerId ? [shopId] : [])),
  );
  const shopId = demoShops().find(({ id }) => !reviewed.has(id))?.id ?? assert.fail();
  const request = { idempotencyKey: newKey(), shopId, stars: 5, text: '' };
  const { review } = await api.addReview(request, callByCustomer(customerId));
  const { pages } = await api.batchListShopReviews({ pages: [{ parentId: shopId, first: 1 }] }, callBy());
  assert.equal(pages[0]?.edges[0]?.review?.id, review?.id, 'a new review is newer than all demo reviews');
  await service.stop();
  await assert.rejects(api.addReview(request, callByCustomer('9001')), { name: 'WorkerLeaseLost' });
  await closeRedis(redis);
  await embedded.close();
});
