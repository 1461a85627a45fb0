import { auditTask } from '@tiffin/lib/audit/audit-task';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { deletesExpiredKeys, forgetsEndedBranches } from '@tiffin/lib/service/clean-ups';
import { openCache } from '@tiffin/lib/service/open-cache';
import { openOutbox } from '@tiffin/lib/service/open-outbox';
import type { StartService } from '@tiffin/lib/service/service';
import { warmHot } from '@tiffin/lib/service/warm-hot';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { GoodsAdminServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { BehaviorKind, TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { goodsAdmin } from './admin/goods-admin.ts';
import { goodsApi } from './api/goods-api.ts';
import { stockApi } from './api/stock-api.ts';
import { CategoryEntity } from './data/category-entity.ts';
import { insertDemoData } from './data/demo-data.ts';
import { GoodsEntity } from './data/goods-entity.ts';
import { migrations } from './data/migrations.ts';
import { stockBranch } from './data/stock-branch.ts';
import { warmGoods, warmKinds } from './data/warm-kinds.ts';
import { auditStock } from './domain/audit-stock.ts';
import type { GoodsDeps } from './domain/deps.ts';

/** Starts the goods service: goods, their categories and their stock. */
export const start: StartService = async (platform) => {
  const cache = await openCache(platform, 'goods');
  const database = await platform.openDatabase({
    schema: 'goods',
    entities: [GoodsEntity, CategoryEntity],
    migrations,
    onStaleKeys: cache.onStaleKeys,
  });
  if (platform.demoData) await insertDemoData(database, platform.progress('demo goods'));
  const ids = await platform.openIds(database);
  const { outbox, relay } = openOutbox(platform, database);
  const deps: GoodsDeps = {
    clock: platform.clock,
    database,
    cache: cache.cache,
    ids,
    idempotency: createIdempotency({ database, clock: platform.clock, metrics: platform.metrics }),
    outbox,
    branches: createParticipant({ database, clock: platform.clock, branch: stockBranch }),
    shops: platform.client(ShopServiceService),
  };
  const tracking = platform.client(TrackingServiceService);
  const hottest = { kind: BehaviorKind.GOODS_VIEWED, first: 100 };
  await Promise.all([
    cache.warmUp(warmKinds(database)),
    warmHot(platform, {
      service: 'goods',
      cache: cache.cache,
      kind: warmGoods(database),
      list: async (call) => (await tracking.listHot(hottest, call)).targetIds,
    }),
  ]);
  return {
    rpc: [
      bindRpc(GoodsServiceService, goodsApi(deps)),
      bindRpc(GoodsAdminServiceService, goodsAdmin(deps)),
      bindRpc(StockServiceService, stockApi(deps)),
    ],
    tasks: [
      relay,
      ...cache.tasks(database),
      deletesExpiredKeys(platform.clock, database),
      auditTask(platform, { service: 'goods', checks: { stock: (signal) => auditStock(deps, signal) } }),
      forgetsEndedBranches(platform.clock, database),
    ],
    async stop() {
      await ids.stop();
      await cache.stop();
      await database.close();
    },
  };
};
