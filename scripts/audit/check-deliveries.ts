import type { Finding } from '@tiffin/lib/audit/finding';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Order } from '@tiffin/order/domain/order';
import { type Audited, findByPages, SETTLED_AFTER_MS, settledBefore } from './audited.ts';

interface OrderRow {
  readonly id: string;
  readonly status: Order['status'];
  readonly version: number;
  readonly user_id: string;
  readonly shop_id: string;
}

interface DeliveryRow {
  readonly id: string;
  readonly order_id: string;
  readonly status: string;
  readonly user_id: string;
  readonly shop_id: string;
  readonly changed_ms: number;
}

const orderColumns = 'placed.id, placed.status, placed.version, placed.user_id, placed.shop_id';

/** How far the delivery of an order is; undefined where it has none. */
const deliveryOf: Readonly<Record<Order['status'], string | undefined>> = {
  CREATED: undefined,
  CANCELLED: undefined,
  CLOSED: undefined,
  PAID: 'REQUESTED',
  ASSIGNED: 'ASSIGNED',
  PICKED_UP: 'PICKED_UP',
  DELIVERED: 'DELIVERED',
  COMPLETED: 'DELIVERED',
};

/** Each order that was paid has one delivery, and is as far as it. */
export function checkDeliveries(audited: Audited): Promise<Finding[]> {
  return findByPages(
    (after: OrderRow | undefined, limit) => readPaidOrders(audited, after, limit),
    async (orders) => {
      const deliveries = Map.groupBy(await readDeliveries(audited, orders), ({ order_id }) =>
        String(order_id),
      );
      const found = new Map<string, string>();
      for (const order of orders) {
        const problem = problemOf(audited, order, deliveries.get(String(order.id)) ?? []);
        if (problem !== undefined) found.set(String(order.id), problem);
      }
      const unchanged = await readAgain(audited, orders, found);
      return unchanged.map((id) => ({ unit: `order ${id}`, problem: found.get(id) ?? '' }));
    },
  );
}

function problemOf(
  { clock }: Audited,
  { status, user_id, shop_id }: OrderRow,
  deliveries: readonly DeliveryRow[],
): string | undefined {
  const [delivery] = deliveries;
  if (!delivery || deliveries.length > 1) return `was paid, and has ${deliveries.length} deliveries`;
  if (delivery.user_id !== user_id || delivery.shop_id !== shop_id) {
    return `goes with delivery ${delivery.id}, which is for another user or shop`;
  }
  if (delivery.status === deliveryOf[status]) return undefined;
  // The event is on its way.
  if (Number(delivery.changed_ms) > clock.now() - SETTLED_AFTER_MS) return undefined;
  return `is ${status}, and its delivery ${delivery.id} is ${delivery.status}`;
}

/** Only those that were told: nobody delivers what is demo data. */
function readPaidOrders(audited: Audited, after: OrderRow | undefined, limit: number): Promise<OrderRow[]> {
  return audited.databases.order.query<OrderRow>(
    `select ${orderColumns} from "order".order_step as step
     join "order"."order" as placed on placed.id = step.order_id
     where step.status = 'PAID' and step.event_id is not null and step.at < ?::timestamptz and step.order_id > ?
     order by step.order_id limit ?`,
    [settledBefore(audited), after?.id ?? '0', limit],
  );
}

function readDeliveries({ databases }: Audited, orders: readonly OrderRow[]): Promise<DeliveryRow[]> {
  return databases.delivery.query<DeliveryRow>(
    `select id, order_id, status, user_id, shop_id, (extract(epoch from changed_at) * 1000)::float8 as changed_ms
     from delivery.delivery where order_id = any(?::bigint[])`,
    [bigintArray(orders.map(({ id }) => id))],
  );
}

/** Those of the found that are in the version in which they were read: the others have followed meanwhile. */
async function readAgain(
  { databases }: Audited,
  orders: readonly OrderRow[],
  found: ReadonlyMap<string, string>,
): Promise<string[]> {
  if (found.size === 0) return [];
  const rows = await databases.order.query<{ id: string; version: number }>(
    'select id, version from "order"."order" where id = any(?::bigint[])',
    [bigintArray([...found.keys()])],
  );
  const versions = new Map(rows.map(({ id, version }) => [String(id), version]));
  return orders
    .map(({ id, version }) => ({ id: String(id), version }))
    .filter(({ id, version }) => found.has(id) && versions.get(id) === version)
    .map(({ id }) => id);
}

/** Nothing is brought to anybody that was not paid. */
export function checkUnpaidDeliveries(audited: Audited): Promise<Finding[]> {
  const { delivery, order } = audited.databases;
  return findByPages(
    (after: { id: string; order_id: string } | undefined, limit) =>
      delivery.query<{ id: string; order_id: string }>(
        `select id, order_id from delivery.delivery where requested_at < ?::timestamptz and id > ?
         order by id limit ?`,
        [settledBefore(audited), after?.id ?? '0', limit],
      ),
    async (deliveries) => {
      // Its order was paid before it was requested, and no order becomes unpaid again.
      const rows = await order.query<OrderRow>(
        `select ${orderColumns} from "order"."order" as placed where id = any(?::bigint[])`,
        [bigintArray(deliveries.map(({ order_id }) => order_id))],
      );
      const statuses = new Map(rows.map(({ id, status }) => [String(id), status]));
      return deliveries.flatMap(({ id, order_id }) => {
        const status = statuses.get(String(order_id));
        if (status && deliveryOf[status]) return [];
        return [
          { unit: `order ${order_id}`, problem: `is ${status ?? 'missing'}, and has the delivery ${id}` },
        ];
      });
    },
  );
}
