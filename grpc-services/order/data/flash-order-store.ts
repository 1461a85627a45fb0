import type { Database } from '@tiffin/lib/engines/database';
import type { FlashSalePart } from './order-entity.ts';

/** What has become of a place in the queue of a flash sale, as far as this service knows. */
export interface KnownTicket {
  /** The one that told of it was handled. */
  readonly isHandled: boolean;
  /** The ticket by which the user has an order of the flash sale, whatever became of that; undefined without one. */
  readonly orderedBy: string | undefined;
}

/** In one statement. */
export async function findKnownTicket(
  database: Database,
  { consumer, eventId }: { readonly consumer: string; readonly eventId: string },
  { flashSaleId, userId }: { readonly flashSaleId: string; readonly userId: string },
): Promise<KnownTicket> {
  const parameters = [consumer, eventId, flashSaleId, userId];
  const [row] = await database.query<{ is_handled: boolean; ordered_by: string | null }>(
    knownTicketSql,
    parameters,
  );
  return { isHandled: row?.is_handled === true, orderedBy: row?.ordered_by ?? undefined };
}

/** Parameters: consumer, event, flash sale, user. */
export const knownTicketSql = `
  select exists (select from "order".inbox where consumer = ? and event_id = ?) as is_handled,
    (select flash_ticket_id from "order"."order" where flash_sale_id = ? and user_id = ?) as ordered_by`;

/** Whether an order came of a ticket. */
export async function isTicketOrdered(
  database: Database,
  ticketId: FlashSalePart['ticketId'],
): Promise<boolean> {
  return (await database.query(ticketOrderedSql, [ticketId])).length > 0;
}

/** Parameter: ticket. */
export const ticketOrderedSql = 'select id from "order"."order" where flash_ticket_id = ?';
