import type { EntityManager } from '@mikro-orm/postgresql';

/** Where frozen units can go: away with the buyer, or back to the shelf. */
const ends = {
  DEDUCT: { column: 'sold', reason: 'Sold' },
  RELEASE: { column: 'available', reason: 'Order given back' },
} as const;

/**
 * Moves all units that an order froze to where they end and writes the ledger, in one statement. The rows are locked
 * in the order of the ids, as by `freezeStock`, from here to the commit: nothing but that should follow. It counts on
 * the order's branch for being called once, and for coming after the freezing is committed, whose entries it reads.
 */
export async function settleStock(
  em: EntityManager,
  kind: keyof typeof ends,
  orderId: string,
  atMs: number,
): Promise<void> {
  const { column, reason } = ends[kind];
  const [delta, soldDelta] = kind === 'RELEASE' ? ['quantity', '0'] : ['0', 'quantity'];
  await em.execute(
    `with held as (
       select goods.id, entry.frozen_delta as quantity
       from goods.stock_entry as entry
       join goods.goods on goods.id = entry.goods_id
       where entry.order_id = ? and entry.kind = 'RESERVE'
       order by goods.id
       for no key update of goods
     ), moved as (
       update goods.goods set frozen = frozen - held.quantity, ${column} = ${column} + held.quantity
       from held
       where goods.id = held.id
       returning goods.id, held.quantity, available, frozen, sold
     )
     insert into goods.stock_entry (goods_id, delta, frozen_delta, sold_delta, balance_after, frozen_after, sold_after,
       reason, created_at, kind, order_id)
     select id, ${delta}, -quantity, ${soldDelta}, available, frozen, sold, ?, ?::timestamptz, ?, ?::bigint from moved`,
    [orderId, reason, new Date(atMs).toISOString(), kind, orderId],
  );
}
