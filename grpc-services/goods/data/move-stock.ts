import type { EntityManager } from '@mikro-orm/postgresql';
import type { Goods } from './goods-entity.ts';
import { type GoodsRow, goodsColumns, toGoods } from './goods-row.ts';

export interface StockMove {
  readonly goodsId: string;
  /** Units, not zero. */
  readonly delta: number;
  readonly reason: string;
  /** Undefined for the platform itself. */
  readonly actorId: string | undefined;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/**
 * Moves stock and writes the ledger entry, in one statement. The row, which many buyers may want at once, is locked
 * from here to the commit: nothing but that should follow. Undefined where there are no such goods or where the stock
 * would fall below zero, or rise above `maxAvailable`. Units that orders gave back may have put it above that already.
 */
export async function moveStock(
  em: EntityManager,
  move: StockMove,
  maxAvailable: number,
): Promise<Goods | undefined> {
  const { goodsId, delta, reason, actorId, atMs } = move;
  const rows = await em.execute<GoodsRow[]>(
    `with moved as (
       update goods.goods set available = available + ?
       where id = ? and available + ? between 0 and greatest(available, ?)
       returning ${goodsColumns}, frozen, sold
     ), entry as (
       insert into goods.stock_entry (goods_id, delta, balance_after, frozen_after, sold_after, reason, actor_id,
         created_at)
       select id, ?, available, frozen, sold, ?::text, ?::bigint, ?::timestamptz from moved
     )
     select ${goodsColumns} from moved`,
    [delta, goodsId, delta, maxAvailable, delta, reason, actorId ?? null, new Date(atMs).toISOString()],
  );
  return rows.map(toGoods)[0];
}
