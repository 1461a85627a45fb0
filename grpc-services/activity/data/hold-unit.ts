import type { EntityManager } from '@mikro-orm/postgresql';
import { type FlashTicket, type FlashTicketRow, flashTicketColumns, toFlashTicket } from './flash-ticket.ts';
import { timestamp } from './timestamp.ts';

/** `ticket` where it was held; otherwise why not: nothing is left, or no order can claim for the ticket. */
export type HeldUnit = { readonly ticket: FlashTicket } | { readonly refusal: 'SOLD_OUT' | 'TICKET' };

/**
 * Holds the unit of a ticket for an order and writes the ledger, in one statement. Whoever is refused rolls back: the
 * ticket is taken first. The row of the flash sale, which all its buyers want at once, is locked from here to the
 * commit: nothing but that should follow.
 *
 * Who comes when nothing is left does not lock that row at all. Where the last unit goes while this waits for the lock,
 * PostgreSQL checks `left_units >= 1` again on the row as it is then: that condition is what never oversells.
 */
export async function holdUnit(
  em: EntityManager,
  { orderId, ticketId }: { readonly orderId: string; readonly ticketId: string },
  atMs: number,
): Promise<HeldUnit> {
  const [row] = await em.execute<(FlashTicketRow & { readonly is_held: boolean })[]>(
    `with ticket as (
       update activity.flash_sale_ticket set status = 'ORDERED', order_id = ?, ended_at = null
       where id = ? and status in ('QUEUED', 'RETURNED')
       returning *
     ), moved as (
       update activity.flash_sale set left_units = left_units - 1, reserved = reserved + 1
       from ticket
       where flash_sale.id = ticket.flash_sale_id and left_units >= 1
       returning flash_sale.id, left_units, reserved, sold
     ), entry as (
       insert into activity.flash_sale_stock_entry (flash_sale_id, kind, left_delta, reserved_delta, sold_delta,
         left_after, reserved_after, sold_after, reason, order_id, at)
       select id, 'CLAIM', -1, 1, 0, left_units, reserved, sold, 'Ordered', ?::bigint, ?::timestamptz from moved
     )
     select ${flashTicketColumns}, exists (select from moved) as is_held from ticket`,
    [orderId, ticketId, orderId, timestamp(atMs)],
  );
  if (!row) return { refusal: 'TICKET' };
  return row.is_held ? { ticket: toFlashTicket(row) } : { refusal: 'SOLD_OUT' };
}
