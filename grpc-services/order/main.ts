import { deleteExpiredKeys, keyCleanUpIntervalMs } from '@tiffin/lib/idempotency/delete-expired-keys';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { openOutbox } from '@tiffin/lib/service/open-outbox';
import type { StartService } from '@tiffin/lib/service/service';
import { repeatedTask } from '@tiffin/lib/service/service-task';
import { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { orderApi } from './api/order-api.ts';
import { insertDemoData } from './data/demo-data.ts';
import { migrations } from './data/migrations.ts';
import { OrderEntity, OrderItemEntity } from './data/order-entity.ts';
import type { OrderDeps } from './domain/deps.ts';
import { createStockReleases } from './domain/stock-releases.ts';
import { releaseCancelledOrders } from './jobs/release-cancelled.ts';

/** Starts the order service: what customers buy. */
export const start: StartService = async (platform) => {
  const database = await platform.openDatabase({
    schema: 'order',
    entities: [OrderEntity, OrderItemEntity],
    migrations,
  });
  if (platform.demoData) await insertDemoData(database, platform.progress('demo orders'));
  const ids = await platform.openIds(database);
  const tasks = new TaskScope(platform);
  const { outbox, relay } = openOutbox(platform, database);
  const stock = platform.client(StockServiceService);
  const deps: OrderDeps = {
    clock: platform.clock,
    database,
    ids,
    idempotency: createIdempotency({ database, clock: platform.clock }),
    outbox,
    shops: platform.client(ShopServiceService),
    goods: platform.client(GoodsServiceService),
    accounts: platform.client(AccountServiceService),
    stock,
    stockReleases: createStockReleases({ ...platform, stock, tasks }),
  };
  return {
    rpc: [bindRpc(OrderServiceService, orderApi(deps))],
    jobs: [releaseCancelledOrders(deps)],
    tasks: [
      relay,
      repeatedTask(platform.clock, 'delete expired keys', keyCleanUpIntervalMs, (signal) =>
        deleteExpiredKeys(deps, signal),
      ),
    ],
    async stop() {
      await tasks.stop();
      await ids.stop();
      await database.close();
    },
  };
};
