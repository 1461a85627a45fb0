import { AppError } from '@tiffin/lib/errors/app-error';
import { KEPT_AFTER_END_MS } from '../data/sale-counters.ts';
import { endOf } from './flash-sale.ts';
import type { JoinDeps } from './join-deps.ts';
import { PROMISE_STANDS_MS } from './reconcile-counters.ts';

/**
 * Whoever joined, lost the answer and asks again after the end must not hear that it came too late. Redis is asked first,
 * as for a flash sale that is sold out, and the database about those alone whom it knows; both for a day after the end,
 * for as long as Redis keeps who joined. It writes nothing: a promise that has no ticket after the end gets none.
 * @throws AppError ALREADY_JOINED; UNAVAILABLE while the row of a ticket may be on its way. @throws RedisUnavailable.
 */
export async function tellTicket(
  { board, clock, hasJoined, ticketIdOf }: Pick<JoinDeps, 'board' | 'clock' | 'hasJoined' | 'ticketIdOf'>,
  userId: string,
  flashSaleId: string,
): Promise<void> {
  const sale = await board.find(flashSaleId);
  if (!sale || clock.now() >= sale.endsAt.getTime() + KEPT_AFTER_END_MS) return;
  if (!(await hasJoined(sale.id, userId))) return;
  const ticketId = await ticketIdOf(sale.id, userId);
  if (ticketId !== undefined) throw new AppError('ALREADY_JOINED', { ticketId });
  if (clock.now() < endOf(sale).getTime() + PROMISE_STANDS_MS)
    throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
}
