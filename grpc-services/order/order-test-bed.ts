import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { assertLedgerTells, assertOrdersBalance } from '@tiffin/goods/stock-ledger-check';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { Database } from '@tiffin/lib/engines/database';
import { createOutbox } from '@tiffin/lib/events/outbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import type { RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { sequentialIds } from '@tiffin/lib/testing/sequential-ids';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import {
  type Order,
  OrderServiceService,
  type PlaceOrderRequest,
} from '@tiffin/proto/gen/tiffin/order/v1/order';
import { orderApi } from './api/order-api.ts';
import { migrations } from './data/migrations.ts';
import { OrderEntity, OrderItemEntity } from './data/order-entity.ts';
import type { OrderDeps } from './domain/deps.ts';
import { createStockReleases } from './domain/stock-releases.ts';
import {
  addressId,
  administrator,
  createNeighbours,
  customer,
  type Neighbours,
  openShopId,
  rpcClient,
  WatchedSteps,
} from './neighbours-test-bed.ts';

/** The order service behind its rpc server, beside its neighbours. */
export interface OrderTestBed extends Omit<Neighbours, 'clients'> {
  readonly api: RpcClient<OrderServiceService>;
  readonly deps: OrderDeps;
  readonly steps: WatchedSteps;
  readonly clock: VirtualClock;
  /** Every statement of the order service outside of a transaction; tests empty it. */
  readonly statements: string[];
  /** The new order. A customer orders one unit of each of the goods, at 4.50 EUR, unless something else is said. */
  place(
    goodsIds: readonly string[],
    change?: Partial<PlaceOrderRequest>,
    identity?: Customer,
  ): Promise<Order>;
  /** Everything that a user ordered, newest first. */
  ordersOf(userId: string): Promise<Order[]>;
  /** Fails unless the ledgers are sound, and each live order, and nothing else, holds just what was ordered. */
  assertBalanced(goodsIds: readonly string[], userIds?: readonly string[]): Promise<void>;
  /** What a call answers while the clock moves on. */
  inTime<Answer>(call: Promise<Answer>): Promise<Answer>;
  /** Moves the clock until no release is under way. */
  releasesEnd(): Promise<void>;
  /** How many releases were given up. */
  failedReleases(): Promise<number>;
  stop(): Promise<void>;
}

type Customer = typeof customer;

/** What `openDatabase` needs beside an engine. */
export const orderSchema = { schema: 'order', entities: [OrderEntity, OrderItemEntity], migrations };

/** Without a server, in memory. */
export async function createOrderTestBed(server?: RealPostgres): Promise<OrderTestBed> {
  const clock = new VirtualClock(1_900_000_000_123);
  const metrics = createMetrics();
  const steps = new WatchedSteps();
  const [{ clients, ...neighbours }, { database, statements, stop }] = await Promise.all([
    createNeighbours(clock, steps, server),
    openTestDatabase(orderSchema, server),
  ]);
  const tasks = new TaskScope({ clock, metrics, logger: silentLogger });
  const watched: Database = {
    ...database,
    transaction: (work, budget) => steps.run('insertOrder', () => database.transaction(work, budget)),
  };
  const deps: OrderDeps = {
    ...clients,
    clock,
    database: watched,
    idempotency: createIdempotency({ database: watched, clock }),
    outbox: createOutbox({ schema: 'order', clock, newEventId: randomUUID }),
    ids: sequentialIds(),
    stockReleases: createStockReleases({ clock, logger: silentLogger, metrics, stock: clients.stock, tasks }),
  };
  const api = rpcClient(clock, OrderServiceService, bindRpc(OrderServiceService, orderApi(deps)));

  async function ordersOf(userId: string): Promise<Order[]> {
    const answer = await api.batchListUserOrders(
      { pages: [{ parentId: userId, first: 100 }] },
      callBy(administrator),
    );
    return answer.pages[0]?.edges.flatMap(({ order }) => order ?? []) ?? [];
  }

  return {
    ...neighbours,
    api,
    deps,
    steps,
    clock,
    statements,
    ordersOf,
    async place(goodsIds, change = {}, identity = customer) {
      const { order } = await api.placeOrder(cartOf(goodsIds, change), callBy(identity));
      return order ?? assert.fail('PlaceOrder answered without an order.');
    },
    async assertBalanced(goodsIds, userIds = [customer.userId]) {
      for (const id of goodsIds) await assertLedgerTells(neighbours.goods.deps.database, id);
      const orders = (await Promise.all(userIds.map(ordersOf))).flat();
      const live = orders.filter(({ status }) => status !== 'ORDER_STATUS_CANCELLED');
      const unitsOf = ({ items }: Order) =>
        Object.fromEntries(items.map(({ goodsId, quantity }) => [goodsId, quantity]));
      const held = await assertOrdersBalance(neighbours.goods.deps.database);
      assert.deepEqual(held, new Map(live.map((order) => [order.id, unitsOf(order)])));
    },
    async inTime(call) {
      let isSettled = false;
      const settled = call.finally(() => {
        isSettled = true;
      });
      settled.catch(() => {});
      while (!isSettled) await clock.advance(50);
      return settled;
    },
    async releasesEnd() {
      while (tasks.running.length > 0) await clock.advance(50);
    },
    async failedReleases() {
      const line = /^tiffin_order_failed_releases_total (\d+)$/m.exec(await metrics.text());
      return Number(line?.[1] ?? Number.NaN);
    },
    async stop() {
      await tasks.stop();
      await Promise.all([stop(), neighbours.goods.stop()]);
    },
  };
}

/** One unit of each of the goods, which cost 4.50 EUR each. */
export function cartOf(
  goodsIds: readonly string[],
  change: Partial<PlaceOrderRequest> = {},
): PlaceOrderRequest {
  return {
    idempotencyKey: newKey(),
    shopId: openShopId,
    items: goodsIds.map((goodsId) => ({ goodsId, quantity: 1 })),
    addressId,
    expectedTotal: { amountCents: 450 * goodsIds.length, currency: 'EUR' },
    ...change,
  };
}
