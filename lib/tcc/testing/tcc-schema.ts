import { Migration } from '@mikro-orm/migrations';
import type { Database, DatabaseOptions } from '../../engines/database.ts';
import { branchTableSql } from '../branch-rows.ts';
import { resolutionTableSql } from '../stuck-transactions.ts';
import { transactionTableSql } from '../transaction-rows.ts';
import type { TransactionRow } from './memory-transactions.ts';

class CreateTccTables extends Migration {
  override up(): void {
    const tables = [transactionTableSql, resolutionTableSql, branchTableSql];
    for (const sql of tables.flatMap((tableSql) => tableSql('tcc'))) this.addSql(sql);
    this.addSql('create table tcc.effect (transaction_id bigint not null, step text not null)');
  }
}

/** A schema with the tables of a coordinator and of a participant, and one for the effects of branches. */
export const tccSchema: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations'> = {
  schema: 'tcc',
  entities: [],
  migrations: [CreateTccTables],
};

export async function clearTcc(database: Database): Promise<void> {
  await database.query(
    'truncate tcc.tcc_transaction, tcc.tcc_resolution, tcc.tcc_branch, tcc.effect restart identity',
  );
}

/** Rows of the log in order of their ids; all, or one. */
export async function readTransactions(
  database: Pick<Database, 'schema' | 'query'>,
  id?: string,
): Promise<TransactionRow[]> {
  const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
  const rows = await database.query<Record<string, string | number | null>>(
    `select id, state, open::text as open, claims, attempts, last_error, ${ms('due_at')} as due_ms,
       ${ms('begun_at')} as begun_ms, ${ms('decided_at')} as decided_ms, ${ms('ended_at')} as ended_ms
     from "${database.schema}".tcc_transaction where id = coalesce(?::bigint, id) order by id`,
    [id ?? null],
  );
  return rows.map((row) => ({
    id: String(row['id']),
    state: row['state'] as TransactionRow['state'],
    open: JSON.parse(String(row['open'])),
    claims: Number(row['claims']),
    attempts: Number(row['attempts']),
    lastError: String(row['last_error']),
    dueMs: msOf(row['due_ms']),
    begunMs: Number(row['begun_ms']),
    decidedMs: msOf(row['decided_ms']),
    endedMs: msOf(row['ended_ms']),
  }));
}

const msOf = (value: string | number | null | undefined) => (value == null ? undefined : Number(value));
