import type { Database } from '@tiffin/lib/engines/database';
import { findTicketIdsOfPairs } from '../data/flash-ticket-store.ts';
import { gather } from './gather.ts';

/** The id of the ticket that a user has of a flash sale, from the database: up to 100 who ask share a statement. */
export type TicketIdOf = (saleId: string, userId: string) => Promise<string | undefined>;

export function createTicketIdOf(database: Database): TicketIdOf {
  const ask = gather(
    async (keys) => {
      const pairs = keys.map((key) => {
        const [saleId = '', userId = ''] = key.split(':');
        return { saleId, userId };
      });
      const found = await findTicketIdsOfPairs(database, pairs);
      return new Map(found.map(({ saleId, userId, ticketId }) => [`${saleId}:${userId}`, ticketId]));
    },
    { maxKeys: 100, maxWaiting: 1_000 },
  );
  return (saleId, userId) => ask(`${saleId}:${userId}`);
}
