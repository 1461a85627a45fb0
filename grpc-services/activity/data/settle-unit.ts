import type { EntityManager } from '@mikro-orm/postgresql';
import { type FlashTicket, type FlashTicketRow, flashTicketColumns, toFlashTicket } from './flash-ticket.ts';
import { timestamp } from './timestamp.ts';

/** Where a held unit can go: away with the buyer, or back for others. */
const ends = {
  SELL: { column: 'sold', status: 'SOLD', deltas: '0, -1, 1', reason: 'Sold' },
  RETURN: { column: 'left_units', status: 'RETURNED', deltas: '1, -1, 0', reason: 'Order given back' },
} as const;

/**
 * Moves the unit that an order holds to where it ends and writes the ledger, in one statement; resolves to its ticket,
 * or to undefined where the order holds none. The rows are locked as by `holdUnit`, the ticket's first, from here to the
 * commit: nothing but that should follow.
 */
export async function settleUnit(
  em: EntityManager,
  kind: keyof typeof ends,
  orderId: string,
  atMs: number,
): Promise<FlashTicket | undefined> {
  const { column, status, deltas, reason } = ends[kind];
  const at = timestamp(atMs);
  const rows = await em.execute<FlashTicketRow[]>(
    `with ticket as (
       update activity.flash_sale_ticket set status = ?, ended_at = ?::timestamptz
       where order_id = ? and status = 'ORDERED'
       returning *
     ), moved as (
       update activity.flash_sale set reserved = reserved - 1, ${column} = ${column} + 1
       from ticket
       where flash_sale.id = ticket.flash_sale_id
       returning flash_sale.id, left_units, reserved, sold
     ), entry as (
       insert into activity.flash_sale_stock_entry (flash_sale_id, kind, left_delta, reserved_delta, sold_delta,
         left_after, reserved_after, sold_after, reason, order_id, at)
       select id, ?, ${deltas}, left_units, reserved, sold, ?, ?::bigint, ?::timestamptz from moved
     )
     select ${flashTicketColumns} from ticket`,
    [status, at, orderId, kind, reason, orderId, at],
  );
  return rows.map(toFlashTicket)[0];
}
