import { auditOutbox } from '@tiffin/lib/audit/audit-outbox';
import { auditTask } from '@tiffin/lib/audit/audit-task';
import { createDelayedTasks } from '@tiffin/lib/delayed/delayed-tasks';
import { createInbox } from '@tiffin/lib/events/inbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import { createSignalPublisher } from '@tiffin/lib/live/signal-publisher';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import {
  deletesExpiredKeys,
  forgetsEndedTransactions,
  forgetsHandledEvents,
} from '@tiffin/lib/service/clean-ups';
import { openOutbox } from '@tiffin/lib/service/open-outbox';
import { openTransactions } from '@tiffin/lib/service/open-transactions';
import type { StartService } from '@tiffin/lib/service/service';
import { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { FundsServiceService } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import { CouponLockServiceService, CouponServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import {
  FlashSaleServiceService,
  FlashSaleStockServiceService,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { OrderAdminServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order_admin';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { orderAdmin } from './admin/order-admin.ts';
import { orderApi } from './api/order-api.ts';
import { insertDemoData } from './data/demo-data.ts';
import { migrations } from './data/migrations.ts';
import { OrderEntity, OrderItemEntity } from './data/order-entity.ts';
import { auditOrders } from './domain/audit-orders.ts';
import { auditTransactions } from './domain/audit-transactions.ts';
import type { OrderDeps } from './domain/deps.ts';
import { orderService } from './domain/own-behalf.ts';
import { orderParticipants } from './domain/participants.ts';
import { followDeliveries } from './jobs/follow-deliveries.ts';
import { placeFlashOrders } from './jobs/place-flash-orders.ts';
import { moveOrdersOn } from './tasks/move-orders-on.ts';

/** Starts the order service: what customers buy. */
export const start: StartService = async (platform) => {
  const { clock, client } = platform;
  const database = await platform.openDatabase({
    schema: 'order',
    entities: [OrderEntity, OrderItemEntity],
    migrations,
  });
  if (platform.demoData) await insertDemoData(database, platform.progress('demo orders'));
  const ids = await platform.openIds(database);
  const tasks = new TaskScope(platform);
  const { outbox, relay } = openOutbox(platform, database);
  const { recovery, stuckCount, ...transactions } = openTransactions(platform, {
    database,
    participants: orderParticipants({
      stock: client(StockServiceService),
      coupon: client(CouponLockServiceService),
      funds: client(FundsServiceService),
      flashSale: client(FlashSaleStockServiceService),
    }),
    identity: orderService,
    tasks,
  });
  const deps: OrderDeps = {
    clock,
    logger: platform.logger,
    database,
    ids,
    idempotency: createIdempotency({ database, clock, metrics: platform.metrics }),
    outbox,
    inbox: createInbox({ database, clock }),
    shops: client(ShopServiceService),
    goods: client(GoodsServiceService),
    accounts: client(AccountServiceService),
    coupons: client(CouponServiceService),
    tickets: client(FlashSaleServiceService),
    flashSales: client(FlashSaleStockServiceService),
    signals: createSignalPublisher(platform.redis(), platform.metrics),
    delayedTasks: createDelayedTasks({ schema: database.schema, onScheduled: (task) => runner.add(task) }),
    ...transactions,
  };
  const runner = moveOrdersOn(deps, platform);
  return {
    rpc: [bindRpc(OrderServiceService, orderApi(deps)), bindRpc(OrderAdminServiceService, orderAdmin(deps))],
    jobs: [followDeliveries(deps), placeFlashOrders(deps)],
    tasks: [
      relay,
      recovery,
      stuckCount,
      runner,
      deletesExpiredKeys(clock, database),
      forgetsHandledEvents(clock, deps.inbox),
      forgetsEndedTransactions(clock, database),
      auditTask(platform, {
        service: 'order',
        checks: {
          transactions: (signal) => auditTransactions(deps, signal),
          events: (signal) => auditOutbox(deps, signal),
          orders: (signal) => auditOrders(deps, signal),
        },
      }),
    ],
    async stop() {
      await tasks.stop();
      await ids.stop();
      await database.close();
    },
  };
};
