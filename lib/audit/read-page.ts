import type { Database } from '../engines/database.ts';

/** All that an auditor needs of a database. */
export type AuditedTables = Pick<Database, 'transaction'>;

/** A page takes a few milliseconds; rows that come from a cold disk may take longer than a request is given. */
const maxStatementMs = 5_000;

/** The rows of one statement, which can write nothing. Rejects with the signal's reason. */
export function readPage<Row extends object>(
  database: AuditedTables,
  sql: string,
  parameters: readonly unknown[],
  signal: AbortSignal | undefined,
): Promise<Row[]> {
  return database.transaction(async (em) => {
    await em.execute('set transaction read only');
    await em.execute(`set local statement_timeout = ${maxStatementMs}`);
    return em.execute<Row[]>(sql, [...parameters]);
  }, signal && { signal });
}
