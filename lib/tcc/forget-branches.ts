import type { Clock } from '../clock/clock.ts';
import type { Database } from '../engines/database.ts';

/**
 * How long a participant remembers a branch that has ended, in milliseconds: 45 days. Its row is the barrier, so it
 * outlives every call that may still come for the branch.
 *
 * - A try is sent by the one call that begins the transaction and waits 35 seconds at most; a copy of it that comes
 *   later is one that the network kept, for minutes and not for weeks. Where it came after the row was forgotten, it
 *   would hold something for ever.
 * - Confirms and cancels come until they are answered: 15 seconds apart while the coordinator lives, and again when it
 *   is back after an outage or from a backup, which nobody brings back after a month and a half. One that came later
 *   still would do no harm: a cancel holds nothing, and a confirm is refused, which a person then sees as stuck.
 */
export const BRANCH_RETENTION_MS = 45 * 86_400_000;

/** A few milliseconds each, so that no call waits for the clean-up. */
const MAX_ROWS = 1_000;
/** One call ends although branches end as fast as it deletes them. */
const MAX_STATEMENTS = 1_000;

/**
 * Forgets the branches that ended more than `BRANCH_RETENTION_MS` ago, in small statements; a task calls it. A branch that is
 * `TRIED` holds something and is never forgotten, however old. Resolves to how many rows that were.
 */
export async function forgetBranches(
  database: Pick<Database, 'schema' | 'query'>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<number> {
  const table = `"${database.schema}".tcc_branch`;
  const before = new Date(clock.now() - BRANCH_RETENTION_MS).toISOString();
  let forgotten = 0;
  for (let statement = 0; statement < MAX_STATEMENTS && !signal?.aborted; statement++) {
    const rows = await database.query(
      `delete from ${table} where (transaction_id, branch) in (
         select transaction_id, branch from ${table} where changed_at < ?::timestamptz and state <> 'TRIED'
         order by changed_at limit ${MAX_ROWS} for update skip locked)
       returning branch`,
      [before],
    );
    forgotten += rows.length;
    if (rows.length < MAX_ROWS) break;
  }
  return forgotten;
}
