import type { Database } from '@tiffin/lib/engines/database';
import { timestamp } from './timestamp.ts';

/** A delivery that still waits for a courier. */
export interface WaitingDelivery {
  readonly id: string;
  readonly requestedAtMs: number;
  /** Calls in vain. */
  readonly attempts: number;
  /** Of the last of them; empty where there was none. */
  readonly lastError: string;
}

/** A server's own time-out is for requests. */
const maxAuditMs = 30_000;

/** The statement of `findWaitingSince`. */
export const waitingSinceSql = `
  select id, (extract(epoch from requested_at) * 1000)::float8 as "requestedAtMs", attempts, last_error as "lastError"
  from delivery.delivery where status = 'REQUESTED' and requested_at < ?::timestamptz
  order by requested_at, id limit ?`;

/** Those that were requested before a moment, at most `limit`, the oldest first. It locks nothing. */
export function findWaitingSince(
  database: Pick<Database, 'transaction'>,
  { beforeMs, limit }: { readonly beforeMs: number; readonly limit: number },
  signal: AbortSignal | undefined,
): Promise<WaitingDelivery[]> {
  return database.transaction(async (em) => {
    await em.execute('set transaction read only');
    await em.execute(`set local statement_timeout = ${maxAuditMs}`);
    return em.execute<WaitingDelivery[]>(waitingSinceSql, [timestamp(beforeMs), limit]);
  }, signal && { signal });
}
