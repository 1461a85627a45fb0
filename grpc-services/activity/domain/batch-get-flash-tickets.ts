import { AppError } from '@tiffin/lib/errors/app-error';
import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findTickets } from '../data/flash-ticket-store.ts';
import type { ActivityDeps } from './deps.ts';
import { type FlashTicket, seesTicketsOf } from './flash-ticket.ts';

/**
 * One answer for each id, in the order of the ids; undefined where there is no such ticket, and in the same way where it
 * is somebody else's and the caller is no administrator and no service.
 * @throws AppError UNAUTHENTICATED for nobody.
 */
export async function batchGetFlashTickets(
  { database }: Pick<ActivityDeps, 'database'>,
  { identity }: CallContext,
  ids: readonly string[],
): Promise<(FlashTicket | undefined)[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  const tickets = await findByIds(ids, (possible) => findTickets(database, possible));
  return tickets.map((ticket) => (ticket && seesTicketsOf(identity, ticket.userId) ? ticket : undefined));
}
