import { type AuditedTables, readPage } from '@tiffin/lib/audit/read-page';
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

/** The statement of `findWaitingSince`. */
export const waitingSinceSql = `
  select id, (extract(epoch from requested_at) * 1000)::float8 as "requestedAtMs", attempts, last_error as "lastError"
  from delivery.delivery where status = 'REQUESTED' and requested_at < ?::timestamptz
  order by requested_at, id limit ?`;

/** Those that were requested before a moment, at most `limit`, the oldest first. */
export function findWaitingSince(
  database: AuditedTables,
  { beforeMs, limit }: { readonly beforeMs: number; readonly limit: number },
  signal: AbortSignal | undefined,
): Promise<WaitingDelivery[]> {
  return readPage<WaitingDelivery>(database, waitingSinceSql, [timestamp(beforeMs), limit], signal);
}
