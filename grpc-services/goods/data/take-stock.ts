import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';

/** Some units of one kind of goods. */
export interface StockItem {
  readonly goodsId: string;
  /** Units, above zero. */
  readonly quantity: number;
}

export type ReservationStatus = 'RESERVED' | 'RELEASED';

/**
 * Takes the units of an order from the stock and writes the ledger, all or none, in one statement: the rows, which many
 * buyers may want at once, are locked for one round trip only. False where goods are missing or short, and where the
 * order has a reservation already, released or not.
 *
 * `enough` locks in the order of the ids, so orders never wait for each other in a circle. A row that is short at first
 * sight is not even locked: who comes too late to a sold-out sale waits for nobody. One that runs short during the wait
 * for its lock drops out, because PostgreSQL checks the condition again on the row as it is then.
 */
export async function takeStock(
  database: Database,
  orderId: string,
  items: readonly StockItem[],
  atMs: number,
): Promise<boolean> {
  const at = new Date(atMs).toISOString();
  const [answer] = await database.query<{ is_taken: boolean }>(
    `with enough as (
       select goods.id, wanted.quantity
       from unnest(?::bigint[], ?::integer[]) as wanted (goods_id, quantity)
       join goods.goods on goods.id = wanted.goods_id
       where goods.available >= wanted.quantity
       order by goods.id
       for no key update of goods
     ), reservation as (
       insert into goods.stock_reservation (order_id, status, changed_at)
       select ?::bigint, 'RESERVED', ?::timestamptz where (select count(*) from enough) = ?
       on conflict (order_id) do nothing
       returning order_id
     ), moved as (
       update goods.goods set available = available - enough.quantity
       from enough, reservation
       where goods.id = enough.id
       returning goods.id, enough.quantity, available, reservation.order_id
     ), entry as (
       insert into goods.stock_entry (goods_id, delta, balance_after, reason, created_at, kind, order_id)
       select id, -quantity, available, 'Ordered', ?::timestamptz, 'RESERVE', order_id from moved
     )
     select exists (select from reservation) as is_taken`,
    [
      bigintArray(items.map(({ goodsId }) => goodsId)),
      bigintArray(items.map(({ quantity }) => quantity)),
      orderId,
      at,
      items.length,
      at,
    ],
  );
  return answer?.is_taken === true;
}

/** Undefined where the order has neither reserved nor released anything. */
export async function findReservationStatus(
  database: Database,
  orderId: string,
): Promise<ReservationStatus | undefined> {
  const sql = 'select status from goods.stock_reservation where order_id = ?';
  const [reservation] = await database.query<{ status: ReservationStatus }>(sql, [orderId]);
  return reservation?.status;
}
