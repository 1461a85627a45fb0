import { type AuditedTables, readPage } from '@tiffin/lib/audit/read-page';
import { STUCK_ATTEMPTS } from '@tiffin/lib/tcc/second-phase';
import type { TransactionState } from '@tiffin/lib/tcc/transaction-rows';

/** A transaction that should have gone on. */
export interface LateTransaction {
  readonly id: string;
  readonly state: TransactionState;
  /** The participants that have not answered. */
  readonly open: readonly string[];
  readonly attempts: number;
}

/**
 * Transactions that were begun before `begunBeforeMs` and are not prepared, were decided before `decidedBeforeMs` and
 * have not ended, or are stuck. At most `limit`, the first due first. It reads those that are on their way, and not the
 * many that have ended.
 */
export async function findLateTransactions(
  database: AuditedTables,
  { begunBeforeMs, decidedBeforeMs }: { begunBeforeMs: number; decidedBeforeMs: number },
  limit: number,
  signal: AbortSignal | undefined,
): Promise<LateTransaction[]> {
  const parameters = [timestamp(begunBeforeMs), timestamp(decidedBeforeMs), limit];
  const rows = await readPage<TransactionRow>(database, lateTransactionsSql, parameters, signal);
  return rows.map(({ id, state, open_json, attempts }) => ({
    ...{ id: String(id), state, open: JSON.parse(open_json), attempts },
  }));
}

/** Parameters: when it was begun, when it was decided, rows. */
export const lateTransactionsSql = `
  select id, state, open::text as open_json, attempts from "order".tcc_transaction
  where due_at is not null and case state
    when 'TRYING' then begun_at < ?::timestamptz
    else decided_at < ?::timestamptz or attempts >= ${STUCK_ATTEMPTS} end
  order by due_at, id limit ?`;

const timestamp = (ms: number) => new Date(ms).toISOString();

interface TransactionRow {
  readonly id: string;
  readonly state: TransactionState;
  readonly open_json: string;
  readonly attempts: number;
}
