import { randomUUID } from 'node:crypto';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { DatabaseOptions } from '@tiffin/lib/engines/database';
import { createInbox } from '@tiffin/lib/events/inbox';
import { createOutbox } from '@tiffin/lib/events/outbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy, ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { sequentialIds } from '@tiffin/lib/testing/sequential-ids';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import type {
  DeliveryAdminServiceService,
  Delivery as DeliveryMessage,
  DeliveryServiceService,
} from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { DeliveryChanged } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery_events';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { OrderPaid } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { deliveryAdmin } from './admin/delivery-admin.ts';
import { deliveryApi } from './api/delivery-api.ts';
import { migrations } from './data/migrations.ts';
import type { CourierAnswer, CourierCallLimits, CourierRequest } from './domain/courier-dispatch.ts';
import type { DeliveryDeps } from './domain/deps.ts';
import { requestDeliveries } from './jobs/request-deliveries.ts';

/** Both doors over one database, beside a dispatch that answers as a test says. */
export interface DeliveryTestBed {
  readonly api: RpcClient<DeliveryServiceService>;
  readonly admin: RpcClient<DeliveryAdminServiceService>;
  readonly deps: DeliveryDeps;
  readonly clock: VirtualClock;
  /** Every statement outside of a transaction; tests empty it. */
  readonly statements: string[];
  readonly dispatch: FakeDispatch;
  /** Pays new orders of `customer`; resolves to the ids of their deliveries, in order. */
  pay(count: number): Promise<string[]>;
  /** The delivery as our own processes see it now. */
  getDelivery(id: string): Promise<DeliveryMessage>;
  /** What was told of deliveries, in order. */
  told(): Promise<Told[]>;
  /** Forgets all deliveries and what was told of them. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export interface FakeDispatch {
  /** What it was asked, and when. */
  readonly asked: { request: CourierRequest; limits: CourierCallLimits; atMs: number }[];
  /** At first the same courier for everybody. */
  answer: (request: CourierRequest, limits: CourierCallLimits) => CourierAnswer | Promise<CourierAnswer>;
}

export interface Told extends DeliveryChanged {
  readonly topic: string;
  readonly aggregateId: string;
  readonly version: number;
}

export const customer = userWith('1', 'CUSTOMER');
export const otherCustomer = userWith('5', 'CUSTOMER');
export const administrator = userWith('3', 'ADMIN');
export const shopId = '7';

/** What `openDatabase` needs beside an engine. */
export const deliverySchema = { schema: 'delivery', entities: [], migrations };

export const byAda = (reference: string): CourierAnswer => ({
  kind: 'assigned',
  courierName: 'Ada K.',
  courierReference: `trip-${reference}`,
});

/** Without an engine, in memory. Beds on one engine need different `lastId`s, which new ids follow. */
export async function createDeliveryTestBed(
  engine?: Pick<DatabaseOptions, 'url'>,
  lastId = 1_000n,
): Promise<DeliveryTestBed> {
  const { database, statements, stop } = await openTestDatabase(deliverySchema, engine);
  const clock = new VirtualClock(1_900_000_000_123);
  const ids = sequentialIds(lastId);
  const dispatch: FakeDispatch = { asked: [], answer: ({ reference }) => byAda(reference) };
  const deps: DeliveryDeps = {
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    database,
    ids,
    idempotency: createIdempotency({ database, clock, metrics: createMetrics() }),
    inbox: createInbox({ database, clock }),
    outbox: createOutbox({ schema: 'delivery', clock, newEventId: randomUUID }),
    couriers: {
      async call(request, limits) {
        dispatch.asked.push({ request, limits, atMs: clock.now() });
        return dispatch.answer(request, limits);
      },
    },
  };
  const api = deliveryApi(deps);
  return {
    api,
    admin: deliveryAdmin(deps),
    deps,
    clock,
    statements,
    dispatch,
    async pay(count) {
      const deliveryIds: string[] = [];
      for (let n = 0; n < count; n++) {
        const orderId = String(await ids.nextId());
        await requestDeliveries(deps).handle(paidOrder(orderId));
        const [row] = await database.query<{ id: string }>(
          'select id from delivery.delivery where order_id = ?',
          [orderId],
        );
        deliveryIds.push(row?.id ?? '');
      }
      return deliveryIds;
    },
    async getDelivery(id) {
      const [row] = await database.query<{ order_id: string }>(
        'select order_id from delivery.delivery where id = ?',
        [id],
      );
      const orderIds = [row?.order_id ?? ''];
      const { deliveries } = await api.batchGetOrderDeliveries({ orderIds }, callBy(ownProcess));
      const delivery = deliveries[0]?.delivery;
      if (!delivery) throw new Error(`There is no delivery ${id}.`);
      return delivery;
    },
    async told() {
      const rows = await database.query<ToldRow>(
        'select topic, aggregate_id, aggregate_version, payload from delivery.outbox order by id',
      );
      return rows.map(({ topic, aggregate_id, aggregate_version, payload }) => ({
        topic,
        aggregateId: aggregate_id,
        version: Number(aggregate_version),
        ...DeliveryChanged.decode(payload),
      }));
    },
    async clear() {
      await database.query('truncate delivery.delivery, delivery.outbox');
      dispatch.asked.splice(0);
      dispatch.answer = ({ reference }) => byAda(reference);
    },
    stop,
  };
}

interface ToldRow {
  topic: string;
  aggregate_id: string;
  aggregate_version: string;
  payload: Uint8Array;
}

/** What the job hears of an order of `customer`. */
export function paidOrder(
  orderId: string,
  eventId = `paid-${orderId}`,
  occurredAt = new Date('2030-01-01Z'),
) {
  const payload = OrderPaid.fromPartial({ orderId, userId: customer.userId, shopId });
  const event = Event.fromPartial({ id: eventId, occurredAt });
  return { event, payload, attempt: 1, signal: new AbortController().signal };
}
