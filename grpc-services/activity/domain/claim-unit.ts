import { AppError } from '@tiffin/lib/errors/app-error';
import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findTickets } from '../data/flash-ticket-store.ts';
import { holdUnit } from '../data/hold-unit.ts';
import type { ActivityDeps } from './deps.ts';
import type { FlashTicket } from './flash-ticket.ts';

export interface UnitClaim {
  readonly orderId: string;
  readonly ticketId: string;
}

/**
 * The try: holds the unit of a ticket for an order. A refusal leaves no branch, as if nobody had tried.
 *
 * A ticket has one claim at a time, and a user one ticket of a flash sale. A ticket whose claim was cancelled can be
 * claimed again by another order: where a process dies between the claim and the order, the claim is cancelled, and the
 * event that is delivered again finds the ticket so. That an order which did come to be, and was closed, is not followed
 * by another is not known here, where a cancel tells of an order's id alone: the orders see to that, of which a user has
 * one for a flash sale. A claim of one too many ends in another cancel, which gives the unit back.
 * @throws AppError SOLD_OUT, also for a ticket that ended so; ALREADY_JOINED where another order holds the unit or has
 *   bought it, and for a ticket that was refused; TRANSACTION_ENDED where the order has returned it already;
 *   INVALID_ARGUMENT for a ticket that is not there; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function claimUnit(
  { database, clock, claims, ticketMoved }: ActivityDeps,
  context: CallContext,
  claim: UnitClaim,
): Promise<void> {
  requireService(context.identity);
  let claimed: FlashTicket | undefined;
  try {
    await claims.try(claim.orderId, context, async (em) => {
      const held = await holdUnit(em, claim, clock.now());
      if ('refusal' in held) throw new NotHeld(held.refusal);
      claimed = held.ticket;
    });
  } catch (error) {
    if (!(error instanceof NotHeld)) throw error;
    // Behind the rollback: nobody waits for what only words the refusal.
    const [ticket] = await findTickets(database, [claim.ticketId]);
    throw refusal(error.refusal, ticket);
  }
  if (claimed) ticketMoved(claimed);
}

/** Rolls the branch's row back, and the ticket's. */
class NotHeld extends Error {
  override readonly name = 'NotHeld';
  readonly refusal: 'SOLD_OUT' | 'TICKET';

  constructor(refusal: 'SOLD_OUT' | 'TICKET') {
    super(`No unit was held: ${refusal}.`);
    this.refusal = refusal;
  }
}

/** Why the unit cannot be had. A ticket that was freed since it was refused was taken all the same. */
function refusal(refused: NotHeld['refusal'], ticket: FlashTicket | undefined): AppError {
  if (!ticket) {
    return new AppError('INVALID_ARGUMENT', {
      violations: [{ field: 'ticketId', expected: 'must be a ticket that is there' }],
    });
  }
  const { id, flashSaleId, status } = ticket;
  if (refused === 'SOLD_OUT' || status === 'SOLD_OUT') return new AppError('SOLD_OUT', { flashSaleId });
  return new AppError('ALREADY_JOINED', { ticketId: id });
}
