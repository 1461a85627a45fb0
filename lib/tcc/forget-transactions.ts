import type { Clock } from '../clock/clock.ts';
import type { Database } from '../engines/database.ts';
import { BRANCH_RETENTION_MS } from './forget-branches.ts';

/**
 * How long the coordinator remembers a transaction that has ended, in milliseconds: as long as participants remember
 * their branches of it, so that people can follow one from both sides.
 */
export const TRANSACTION_RETENTION_MS = BRANCH_RETENTION_MS;

/** A few milliseconds each, so that no transaction waits for the clean-up. */
const MAX_ROWS = 1_000;
/** One call ends although transactions end as fast as it deletes them. */
const MAX_STATEMENTS = 1_000;

/**
 * Forgets the transactions that ended more than `TRANSACTION_RETENTION_MS` ago, in small statements; a task calls it. One that
 * has not ended is never forgotten, and what people did to stuck ones stays. Resolves to how many rows that were.
 */
export async function forgetTransactions(
  database: Pick<Database, 'schema' | 'query'>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<number> {
  const table = `"${database.schema}".tcc_transaction`;
  const before = new Date(clock.now() - TRANSACTION_RETENTION_MS).toISOString();
  let forgotten = 0;
  for (let statement = 0; statement < MAX_STATEMENTS && !signal?.aborted; statement++) {
    const rows = await database.query(
      `delete from ${table} where id in (
         select id from ${table} where ended_at < ?::timestamptz
         order by ended_at limit ${MAX_ROWS} for update skip locked)
       returning id`,
      [before],
    );
    forgotten += rows.length;
    if (rows.length < MAX_ROWS) break;
  }
  return forgotten;
}
