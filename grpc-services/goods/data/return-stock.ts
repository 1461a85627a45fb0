import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Gives the units that an order took back to the stock and writes the ledger. The order's row is marked first, or made
 * where nothing was reserved: from then on the order can take nothing. Nothing happens where it is marked already.
 *
 * Two statements, because the first may wait for a reservation under way, whose entries a single statement, which sees
 * the tables as they were at its start, would miss.
 */
export async function returnStock(em: EntityManager, orderId: string, atMs: number): Promise<void> {
  const at = new Date(atMs).toISOString();
  const marked = await em.execute<unknown[]>(
    `insert into goods.stock_reservation as reservation (order_id, status, changed_at)
     values (?, 'RELEASED', ?::timestamptz)
     on conflict (order_id) do update set status = excluded.status, changed_at = excluded.changed_at
     where reservation.status = 'RESERVED'
     returning order_id`,
    [orderId, at],
  );
  if (marked.length === 0) return;
  await em.execute(
    `with taken as (
       select goods.id, -entry.delta as quantity
       from goods.stock_entry as entry
       join goods.goods on goods.id = entry.goods_id
       where entry.order_id = ? and entry.kind = 'RESERVE'
       order by goods.id
       for no key update of goods
     ), moved as (
       update goods.goods set available = available + taken.quantity
       from taken
       where goods.id = taken.id
       returning goods.id, taken.quantity, available
     )
     insert into goods.stock_entry (goods_id, delta, balance_after, reason, created_at, kind, order_id)
     select id, quantity, available, 'Order given back', ?::timestamptz, 'RELEASE', ?::bigint from moved`,
    [orderId, at, orderId],
  );
}
