import type { EntityManager } from '@mikro-orm/postgresql';
import type { FlashSale } from './flash-sale.ts';
import { type FlashSaleRow, flashSaleColumns, toFlashSale } from './flash-sale-row.ts';
import { timestamp } from './timestamp.ts';

export interface UnitsMove {
  readonly flashSaleId: string;
  /** Units, not zero. */
  readonly delta: number;
  readonly reason: string;
  /** Undefined for the platform itself. */
  readonly actorId: string | undefined;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/**
 * Adds units to a flash sale or takes unclaimed ones away, and writes the ledger, in one statement. The row, which many
 * buyers may want at once, is locked from here to the commit: nothing but that should follow. Undefined where there is
 * no such flash sale, where less than nothing would be left, or where more than `maxStock` would be its stock.
 */
export async function moveUnits(
  em: EntityManager,
  { flashSaleId, delta, reason, actorId, atMs }: UnitsMove,
  maxStock: number,
): Promise<FlashSale | undefined> {
  const rows = await em.execute<FlashSaleRow[]>(
    `with moved as (
       update activity.flash_sale set left_units = left_units + ?
       where id = ? and left_units + ? >= 0 and left_units + reserved + sold + ? <= ?
       returning *
     ), entry as (
       insert into activity.flash_sale_stock_entry (flash_sale_id, kind, left_delta, reserved_delta, sold_delta,
         left_after, reserved_after, sold_after, reason, actor_id, at)
       select id, 'ADJUST', ?, 0, 0, left_units, reserved, sold, ?::text, ?::bigint, ?::timestamptz from moved
     )
     select ${flashSaleColumns} from moved`,
    [delta, flashSaleId, delta, delta, maxStock, delta, reason, actorId ?? null, timestamp(atMs)],
  );
  return rows.map(toFlashSale)[0];
}
