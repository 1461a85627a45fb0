import { createInbox } from '@tiffin/lib/events/inbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { deletesExpiredKeys, forgetsHandledEvents } from '@tiffin/lib/service/clean-ups';
import { openOutbox } from '@tiffin/lib/service/open-outbox';
import type { StartService } from '@tiffin/lib/service/service';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { shopAdmin } from './admin/shop-admin.ts';
import { shopApi } from './api/shop-api.ts';
import { insertDemoData } from './data/demo-data.ts';
import { migrations } from './data/migrations.ts';
import { ReviewEntity } from './data/review-entity.ts';
import { ShopEntity } from './data/shop-entity.ts';
import type { ShopDeps } from './domain/deps.ts';
import { allowReviews } from './jobs/allow-reviews.ts';
import { countOrders } from './jobs/count-orders.ts';

/** Starts the shop service: shops and what customers say about them. */
export const start: StartService = async (platform) => {
  const database = await platform.openDatabase({
    schema: 'shop',
    entities: [ShopEntity, ReviewEntity],
    migrations,
  });
  if (platform.demoData) await insertDemoData(database, platform.progress('demo shops'));
  const ids = await platform.openIds(database);
  const { outbox, relay } = openOutbox(platform, database);
  const deps: ShopDeps = {
    clock: platform.clock,
    database,
    ids,
    idempotency: createIdempotency({ database, clock: platform.clock, metrics: platform.metrics }),
    outbox,
    inbox: createInbox({ database, clock: platform.clock }),
    goods: platform.client(GoodsServiceService),
  };
  return {
    rpc: [bindRpc(ShopServiceService, shopApi(deps)), bindRpc(ShopAdminServiceService, shopAdmin(deps))],
    jobs: [countOrders(deps), allowReviews(deps)],
    tasks: [
      relay,
      deletesExpiredKeys(platform.clock, database),
      forgetsHandledEvents(platform.clock, deps.inbox),
    ],
    async stop() {
      await ids.stop();
      await database.close();
    },
  };
};
