import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import { type Delivery, type DeliveryRow, deliveryColumns, toDelivery } from './delivery-row.ts';
import { timestamp } from './timestamp.ts';

/**
 * Writes a delivery that waits for a courier from now on. An order that has one keeps the one it has, and one that was
 * paid at `paidMs`, more than `beginGraceMs` before the first migration of this schema, gets none.
 */
export async function insertDelivery(
  em: EntityManager,
  delivery: Delivery,
  { paidMs, beginGraceMs }: { readonly paidMs: number; readonly beginGraceMs: number },
): Promise<void> {
  const { id, orderId, userId, shopId, status, version } = delivery;
  const requestedAt = timestamp(delivery.requestedAt.getTime());
  await em.execute(
    `insert into delivery.delivery
       (id, order_id, user_id, shop_id, status, version, requested_at, changed_at, due_at)
     select ?::bigint, ?::bigint, ?::bigint, ?::bigint, ?, ?::integer, ?::timestamptz, ?::timestamptz, ?::timestamptz
     where ?::timestamptz >= (select min(executed_at) from delivery.migration)
     on conflict (order_id) do nothing`,
    [
      ...[id, orderId, userId, shopId, status, version, requestedAt, requestedAt, requestedAt],
      timestamp(paidMs + beginGraceMs),
    ],
  );
}

/** The deliveries that exist of the orders, in no order. */
export async function findOrderDeliveries(
  database: Database,
  orderIds: readonly string[],
): Promise<Delivery[]> {
  const sql = `select ${deliveryColumns} from delivery.delivery as row where order_id = any(?::bigint[])`;
  return (await database.query<DeliveryRow>(sql, [bigintArray(orderIds)])).map(toDelivery);
}

/** Keeps everybody else from changing the delivery until the transaction `em` has ended. */
export async function lockDelivery(em: EntityManager, id: string): Promise<Delivery | undefined> {
  const sql = `select ${deliveryColumns} from delivery.delivery as row where id = ? for update`;
  return (await em.execute<DeliveryRow[]>(sql, [id])).map(toDelivery)[0];
}

/** Writes the step that a delivery took after it had a courier; false unless it stands at the version before. */
export async function saveStep(em: EntityManager, delivery: Delivery): Promise<boolean> {
  const { id, status, changedAt, version } = delivery;
  const rows = await em.execute<object[]>(
    `update delivery.delivery set status = ?, changed_at = ?::timestamptz, version = ?
     where id = ? and version = ? returning id`,
    [status, timestamp(changedAt.getTime()), version, id, version - 1],
  );
  return rows.length > 0;
}
