import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';

/** Some units of one kind of goods. */
export interface StockItem {
  readonly goodsId: string;
  /** Units, above zero. */
  readonly quantity: number;
}

/**
 * Freezes the available units of an order and writes the ledger, all or none, in one statement. The rows, which many
 * buyers may want at once, are locked from here to the commit: nothing but that should follow. False where goods are
 * missing or short.
 *
 * `enough` locks in the order of the ids, so orders never wait for each other in a circle. A row that is short at first
 * sight is not even locked: who comes too late to a sold-out sale waits for nobody. One that runs short during the wait
 * for its lock drops out, because PostgreSQL checks the condition again on the row as it is then.
 */
export async function freezeStock(
  em: EntityManager,
  orderId: string,
  items: readonly StockItem[],
  atMs: number,
): Promise<boolean> {
  const [answer] = await em.execute<{ is_frozen: boolean }[]>(
    `with enough as (
       select goods.id, wanted.quantity
       from unnest(?::bigint[], ?::integer[]) as wanted (goods_id, quantity)
       join goods.goods on goods.id = wanted.goods_id
       where goods.available >= wanted.quantity
       order by goods.id
       for no key update of goods
     ), moved as (
       update goods.goods set available = available - enough.quantity, frozen = frozen + enough.quantity
       from enough
       where goods.id = enough.id and (select count(*) from enough) = ?
       returning goods.id, enough.quantity, available, frozen, sold
     ), entry as (
       insert into goods.stock_entry (goods_id, delta, frozen_delta, balance_after, frozen_after, sold_after,
         reason, created_at, kind, order_id)
       select id, -quantity, quantity, available, frozen, sold, 'Ordered', ?::timestamptz, 'RESERVE', ?::bigint
       from moved
     )
     select exists (select from moved) as is_frozen`,
    [
      bigintArray(items.map(({ goodsId }) => goodsId)),
      bigintArray(items.map(({ quantity }) => quantity)),
      items.length,
      new Date(atMs).toISOString(),
      orderId,
    ],
  );
  return answer?.is_frozen === true;
}
