import { createInbox } from '@tiffin/lib/events/inbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { deletesExpiredKeys, forgetsHandledEvents } from '@tiffin/lib/service/clean-ups';
import { openCache } from '@tiffin/lib/service/open-cache';
import { openOutbox } from '@tiffin/lib/service/open-outbox';
import type { StartService } from '@tiffin/lib/service/service';
import { warmHot } from '@tiffin/lib/service/warm-hot';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { BehaviorKind, TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { shopAdmin } from './admin/shop-admin.ts';
import { shopApi } from './api/shop-api.ts';
import { insertDemoData } from './data/demo-data.ts';
import { migrations } from './data/migrations.ts';
import { ReviewEntity } from './data/review-entity.ts';
import { ShopEntity } from './data/shop-entity.ts';
import { warmKinds, warmShops } from './data/warm-kinds.ts';
import type { ShopDeps } from './domain/deps.ts';
import { allowReviews } from './jobs/allow-reviews.ts';
import { countOrders } from './jobs/count-orders.ts';

/** Starts the shop service: shops and what customers say about them. */
export const start: StartService = async (platform) => {
  const cache = await openCache(platform, 'shop');
  const database = await platform.openDatabase({
    schema: 'shop',
    entities: [ShopEntity, ReviewEntity],
    migrations,
    onStaleKeys: cache.onStaleKeys,
  });
  if (platform.demoData) await insertDemoData(database, platform.progress('demo shops'));
  const ids = await platform.openIds(database);
  const { outbox, relay } = openOutbox(platform, database);
  const deps: ShopDeps = {
    clock: platform.clock,
    database,
    cache: cache.cache,
    ids,
    idempotency: createIdempotency({ database, clock: platform.clock, metrics: platform.metrics }),
    outbox,
    inbox: createInbox({ database, clock: platform.clock }),
    goods: platform.client(GoodsServiceService),
  };
  const tracking = platform.client(TrackingServiceService);
  const hottest = { kind: BehaviorKind.SHOP_VIEWED, first: 100 };
  await Promise.all([
    cache.warmUp(warmKinds(database)),
    warmHot(platform, {
      service: 'shop',
      cache: cache.cache,
      kind: warmShops(database),
      list: async (call) => (await tracking.listHot(hottest, call)).targetIds,
    }),
  ]);
  return {
    rpc: [bindRpc(ShopServiceService, shopApi(deps)), bindRpc(ShopAdminServiceService, shopAdmin(deps))],
    jobs: [countOrders(deps), allowReviews(deps)],
    tasks: [
      relay,
      ...cache.tasks(database),
      deletesExpiredKeys(platform.clock, database),
      forgetsHandledEvents(platform.clock, deps.inbox),
    ],
    async stop() {
      await ids.stop();
      await cache.stop();
      await database.close();
    },
  };
};
