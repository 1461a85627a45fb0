import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { endWaitingTicket } from '../data/flash-ticket-store.ts';
import type { ActivityDeps } from './deps.ts';
import type { FlashTicketStatus } from './flash-ticket.ts';

export interface TicketEnd {
  readonly ticketId: string;
  readonly status: Extract<FlashTicketStatus, 'SOLD_OUT' | 'REFUSED'>;
}

/**
 * Ends a ticket of which no order came and none will: one that waits, or whose last try gave its unit back. That there is
 * no order is for the caller to know. Idempotent: one that has ended stays as it is, and so does one whose unit is held.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function endTicket(
  { database, clock, ticketMoved }: ActivityDeps,
  context: CallContext,
  { ticketId, status }: TicketEnd,
): Promise<void> {
  requireService(context.identity);
  const ended = await database.transaction(
    (em) => endWaitingTicket(em, ticketId, status, clock.now()),
    context,
  );
  if (ended) ticketMoved(ended);
}
