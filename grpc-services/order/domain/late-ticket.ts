import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { FlashSaleTicketStatus } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { isTicketOrdered } from '../data/flash-order-store.ts';
import type { OrderDeps } from './deps.ts';

/** How long a ticket may wait for its order: longer than the bus tries, so that a dead letter leaves nobody waiting. */
export const placedWithinMs = 10 * 60_000;

/** By this name it stands among the delayed tasks, for ever. */
export const lateTicketKind = 'late-flash-ticket';

/** By what transactions know that they are for the same ticket. */
export const attemptOf = (ticketId: string) => `flash sale ticket ${ticketId}`;

/** Has a ticket refused when no order comes of it in time. Told again, it stays as it is. */
export function scheduleRefusal(
  { database, delayedTasks }: Pick<OrderDeps, 'database' | 'delayedTasks'>,
  ticketId: string,
  joinedMs: number,
): Promise<void> {
  const task = { kind: lateTicketKind, key: ticketId, dueMs: joinedMs + placedWithinMs };
  return database.transaction((em) => delayedTasks.schedule(em, task));
}

/** Refuses a ticket that has waited for too long, unless there is its order. Whoever is at that still comes too late. */
export async function refuseLateTicket(
  deps: Pick<OrderDeps, 'database' | 'transactions' | 'flashSales'>,
  call: CallContext,
  ticketId: string,
): Promise<void> {
  if (await isTicketOrdered(deps.database, ticketId)) return;
  // What a dead process holds is nobody's, and a ticket whose unit is held does not end.
  await deps.transactions.abandonEarlier(attemptOf(ticketId), call);
  await deps.flashSales.endTicket({ ticketId, status: FlashSaleTicketStatus.REFUSED }, call);
}
