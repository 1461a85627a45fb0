import { liveTopic, type SignalPublisher } from '@tiffin/lib/live/live-signals';
import type { FlashTicket } from './flash-ticket.ts';
import type { JoinDeps } from './join-deps.ts';

/**
 * What follows a change of a ticket that has committed: whoever watches it is told, and where its unit is free again,
 * others may be promised it. Neither waits nor fails: watchers look by themselves now and then, and the reconciler finds
 * a unit that Redis was not told of.
 */
export function ticketMoved(
  { board, counters }: Pick<JoinDeps, 'board' | 'counters'>,
  signals: SignalPublisher,
  { id, flashSaleId, status }: Pick<FlashTicket, 'id' | 'flashSaleId' | 'status'>,
): void {
  signals.publish(liveTopic('flashSaleTicket', id));
  // SOLD_OUT frees nothing: there was no unit behind that promise.
  if (status !== 'RETURNED' && status !== 'REFUSED') return;
  Promise.resolve(board.find(flashSaleId))
    .then((sale) => sale && counters.restore(sale, id))
    .catch(() => {});
}
