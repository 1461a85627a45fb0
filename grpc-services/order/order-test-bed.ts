import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { assertLedgerTells, assertOrdersBalance } from '@tiffin/goods/stock-ledger-check';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { createDelayedTasks } from '@tiffin/lib/delayed/delayed-tasks';
import type { Database } from '@tiffin/lib/engines/database';
import { createInbox } from '@tiffin/lib/events/inbox';
import { createOutbox } from '@tiffin/lib/events/outbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { openTransactions } from '@tiffin/lib/service/open-transactions';
import type { Recovery } from '@tiffin/lib/tcc/recovery';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import type { RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { sequentialIds } from '@tiffin/lib/testing/sequential-ids';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { openTestDatabase, type TestDatabase } from '@tiffin/lib/testing/test-database';
import {
  type Order,
  OrderServiceService,
  type PlaceOrderRequest,
} from '@tiffin/proto/gen/tiffin/order/v1/order';
import { OrderAdminServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order_admin';
import { orderAdmin } from './admin/order-admin.ts';
import { orderApi } from './api/order-api.ts';
import { migrations } from './data/migrations.ts';
import { OrderEntity, OrderItemEntity } from './data/order-entity.ts';
import type { OrderDeps } from './domain/deps.ts';
import { orderService } from './domain/own-behalf.ts';
import { orderParticipants } from './domain/participants.ts';
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
import { moveOrdersOn } from './tasks/move-orders-on.ts';

/** The order service behind its rpc server, beside its neighbours. */
export interface OrderTestBed extends Omit<Neighbours, 'clients' | 'participants'> {
  readonly api: RpcClient<OrderServiceService>;
  readonly admin: RpcClient<OrderAdminServiceService>;
  readonly deps: OrderDeps;
  readonly recovery: Recovery;
  readonly steps: WatchedSteps;
  readonly clock: VirtualClock;
  /** Every statement of the order service outside of a transaction; tests empty it. */
  readonly statements: string[];
  /** The topics of which watchers were told; tests empty it. */
  readonly signals: string[];
  /** The new order. A customer orders one unit of each of the goods, at 4.50 EUR, unless something else is said. */
  place(
    goodsIds: readonly string[],
    change?: Partial<PlaceOrderRequest>,
    identity?: Customer,
  ): Promise<Order>;
  /** Everything that a user ordered, newest first. */
  ordersOf(userId: string): Promise<Order[]>;
  /**
   * Fails unless the ledgers are sound, each unpaid order holds, and each paid one has taken, just what was ordered, and
   * nothing else does.
   */
  assertBalanced(goodsIds: readonly string[], userIds?: readonly string[]): Promise<void>;
  /** What a call answers while the clock moves on. */
  inTime<Answer>(call: Promise<Answer>): Promise<Answer>;
  /** Moves the clock until every transaction that is decided, or begun and given up, has ended; two minutes at most. */
  transactionsEnd(): Promise<void>;
  /** Has participants that did not follow told again, for so many seconds. */
  recover(seconds: number): Promise<void>;
  /** Moves the clock so far that what is due until then is done. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
}

type Customer = typeof customer;

/** What `openDatabase` needs beside an engine. */
export const orderSchema = { schema: 'order', entities: [OrderEntity, OrderItemEntity], migrations };

/** Without a server, in memory. `opened` is a database that was opened before, in place of an empty one. */
export async function createOrderTestBed(
  server?: RealPostgres,
  opened?: TestDatabase,
): Promise<OrderTestBed> {
  const clock = new VirtualClock(1_900_000_000_123);
  const metrics = createMetrics();
  const steps = new WatchedSteps();
  const [{ clients, participants, ...neighbours }, { database, statements, stop }] = await Promise.all([
    createNeighbours(clock, steps, server),
    opened ?? openTestDatabase(orderSchema, server),
  ]);
  const signals: string[] = [];
  const tasks = new TaskScope({ clock, metrics, logger: silentLogger });
  const watched: Database = {
    ...database,
    query: (sql, parameters) => steps.live(() => database.query(sql, parameters)),
    transaction: (work, budget) => steps.run('commit', () => database.transaction(work, budget)),
  };
  const {
    recovery,
    stuckCount: _,
    ...transactions
  } = openTransactions(
    { clock, metrics, logger: silentLogger },
    { database: watched, participants: orderParticipants(participants), identity: orderService, tasks },
  );
  const deps: OrderDeps = {
    ...clients,
    ...transactions,
    clock,
    logger: silentLogger,
    database: watched,
    idempotency: createIdempotency({ database: watched, clock, metrics }),
    outbox: createOutbox({ schema: 'order', clock, newEventId: randomUUID }),
    inbox: createInbox({ database: watched, clock }),
    delayedTasks: createDelayedTasks({ schema: 'order' }),
    ids: sequentialIds(),
    signals: { publish: (topic) => void signals.push(topic) },
  };
  const api = rpcClient(clock, OrderServiceService, bindRpc(OrderServiceService, orderApi(deps)));

  const admin = rpcClient(
    clock,
    OrderAdminServiceService,
    bindRpc(OrderAdminServiceService, orderAdmin(deps)),
  );

  async function ordersOf(userId: string): Promise<Order[]> {
    const answer = await api.batchListUserOrders(
      { pages: [{ parentId: userId, first: 100 }] },
      callBy(administrator),
    );
    return answer.pages[0]?.edges.flatMap(({ order }) => order ?? []) ?? [];
  }

  /** Until nothing goes on behind the answers. */
  async function idle(): Promise<void> {
    for (let turn = 0; turn < 5_000 && tasks.running.length > 0; turn++) await clock.advance(1);
    assert.deepEqual(tasks.running, []);
  }

  async function recover(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1_000);
      await recovery.round();
    }
  }

  return {
    ...neighbours,
    api,
    admin,
    deps,
    recovery,
    steps,
    clock,
    statements,
    signals,
    ordersOf,
    async place(goodsIds, change = {}, identity = customer) {
      const { order } = await api.placeOrder(cartOf(goodsIds, change), callBy(identity));
      return order ?? assert.fail('PlaceOrder answered without an order.');
    },
    async assertBalanced(goodsIds, userIds = [customer.userId]) {
      const { goods, funds, coupons } = neighbours;
      for (const id of goodsIds) await assertLedgerTells(goods.deps.database, id);
      const live = (await Promise.all(userIds.map(ordersOf)))
        .flat()
        .filter(({ status }) => status !== 'ORDER_STATUS_CANCELLED' && status !== 'ORDER_STATUS_CLOSED');
      const stateOf = ({ status }: Order) => (status === 'ORDER_STATUS_CREATED' ? 'frozen' : 'sold');
      const unitsOf = ({ items }: Order) =>
        Object.fromEntries(items.map(({ goodsId, quantity }) => [goodsId, quantity]));
      const units = live.map(
        (order) => [order.id, { state: stateOf(order), units: unitsOf(order) }] as const,
      );
      assert.deepEqual(await assertOrdersBalance(goods.deps.database), new Map(units));
      for (const state of ['frozen', 'sold'] as const) {
        const those = live.filter((order) => stateOf(order) === state);
        const cents = those.map(({ id, walletAmount }) => [id, walletAmount?.amountCents ?? 0] as const);
        assert.deepEqual(
          byOrder(state === 'frozen' ? funds.held : funds.captured),
          byOrder(cents.filter(([, amount]) => amount > 0)),
        );
        const taken = those.flatMap(({ id, couponId }) => (couponId ? [[id, couponId] as const] : []));
        assert.deepEqual(byOrder(state === 'frozen' ? coupons.locked : coupons.used), byOrder(taken));
      }
    },
    async inTime(call) {
      let isSettled = false;
      const settled = call.finally(() => {
        isSettled = true;
      });
      settled.catch(() => {});
      // Small steps: real I/O is under way between the turns of the clock.
      while (!isSettled) await clock.advance(5);
      return settled;
    },
    async transactionsEnd() {
      for (let second = 0; second < 120; second++) {
        await idle();
        const open = await database.query(
          `select id from "order".tcc_transaction where state in ('TRYING', 'CONFIRMING', 'CANCELLING')`,
        );
        if (open.length === 0) return;
        await recover(1);
      }
      assert.fail('Transactions did not end.');
    },
    recover,
    async pass(ms) {
      clock.jump(ms);
      const runner = moveOrdersOn(deps, { logger: silentLogger, metrics: createMetrics() });
      const stop = new AbortController();
      const running = runner.run(stop.signal);
      const dueSql = 'select id from "order".delayed_task where due_at <= ?::timestamptz limit 1';
      for (let turn = 0; turn < 1_000; turn++) {
        await clock.advance(10);
        const due = await database.query(dueSql, [new Date(clock.now()).toISOString()]);
        if (due.length === 0) break;
      }
      stop.abort();
      await running;
      await idle();
    },
    async stop() {
      await tasks.stop();
      await Promise.all([stop(), neighbours.goods.stop()]);
    },
  };
}

function byOrder<Value>(entries: Iterable<readonly [string, Value]>): Map<string, Value> {
  return new Map([...entries].sort(([one], [other]) => one.localeCompare(other)));
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
    couponId: undefined,
    walletAmount: undefined,
    expectedTotal: { amountCents: 450 * goodsIds.length, currency: 'EUR' },
    ...change,
  };
}
