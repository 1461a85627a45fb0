import { AppError } from '@tiffin/lib/errors/app-error';
import { flashSaleJoined } from '@tiffin/proto/topics/activity-topics';
import { type InsertedTicket, insertTicket } from '../data/flash-ticket-store.ts';
import type { FlashTicket } from './flash-ticket.ts';
import type { JoinAttempt } from './join-attempt.ts';
import type { JoinDeps } from './join-deps.ts';
import type { PromisedUnit } from './promise-unit.ts';
import { BOARD_AGE_MS } from './sale-board.ts';

/**
 * A promise is taken back when it is 10 s old and has no row (see `reconcileCounters`): no row comes later than this,
 * with room for clocks that differ.
 */
export const ROW_WITHIN_MS = 5_000;

const MIN_POLL_MS = 500;
const MAX_POLL_MS = 5_000;
/** What the queue moves on, roughly: 500 orders a second. */
const MS_A_TICKET = 2;

/**
 * Writes the ticket of a promised unit, with the event of it, in one transaction: whoever is told `Queued` is in the
 * queue, whatever dies next. A user who has a ticket keeps it, and a promise beside it is taken back.
 *
 * The board may be a second old. Where the flash sale was changed or ended since, nobody is queued by what it was.
 * @throws AppError ALREADY_JOINED; UNAVAILABLE until this process knows of the change; what a database that cannot answer
 *   leads to. In the last two cases the promise stands, and whoever asks again may get its ticket.
 */
export async function queueTicket(
  deps: JoinDeps,
  attempt: JoinAttempt,
  promised: PromisedUnit,
): Promise<{ readonly ticket: FlashTicket; readonly pollAfterMs: number }> {
  const { sale } = attempt;
  const inserted = await insert(deps, attempt, promised);
  if (!inserted) throw new AppError('UNAVAILABLE', { retryAfterMs: BOARD_AGE_MS });
  const { isNew, ticket } = inserted;
  if (ticket.id !== promised.ticketId) {
    const { counters, clock } = deps;
    counters.takeBack(sale.id, promised, clock.now(), ticket.id).catch(() => {});
  } else deps.keepPromise(sale.id, promised);
  if (!isNew) throw new AppError('ALREADY_JOINED', { ticketId: ticket.id });
  return { ticket, pollAfterMs: pollAfterMs(sale.left, promised.left ?? sale.left) };
}

function insert(
  { database, outbox, clock }: JoinDeps,
  { call, sale, request }: JoinAttempt,
  { userId, ticketId, promisedAtMs }: PromisedUnit,
): Promise<InsertedTicket | undefined> {
  // Who hung up has the promise all the same, so their signal ends nothing.
  const deadlineMs = Math.min(call.deadlineMs, promisedAtMs + ROW_WITHIN_MS);
  const { addressId } = request;
  return database.transaction(
    async (em) => {
      const queuedAt = new Date(clock.now());
      const row = { id: ticketId, flashSaleId: sale.id, userId, addressId, queuedAt };
      const inserted = await insertTicket(em, row, sale.version);
      if (inserted?.isNew) {
        const { shopId, goodsId, price } = sale;
        const payload = { ticketId, flashSaleId: sale.id, userId, addressId, shopId, goodsId, price };
        // Keyed by the ticket. One ticket has one event, and nothing depends on who comes before whom: each has a unit
        // promised. By the sale all of them would stand in one partition, behind one consumer.
        const event = { topic: flashSaleJoined, aggregateId: ticketId, aggregateVersion: 0, payload };
        await outbox.add(em, event, call);
      }
      return inserted;
    },
    { deadlineMs },
  );
}

/** When to look at the ticket first: 500 ms, later the longer the queue is; 5 s at most. */
export function pollAfterMs(unclaimed: number, unpromised: number): number {
  const queued = Math.max(0, unclaimed - unpromised);
  return Math.min(MAX_POLL_MS, MIN_POLL_MS + MS_A_TICKET * queued);
}
