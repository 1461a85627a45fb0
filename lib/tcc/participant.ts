import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock/clock.ts';
import { bigintArray } from '../engines/bigint-array.ts';
import type { Database } from '../engines/database.ts';
import { type CallContext, remainingMs } from '../rpc/call-context.ts';
import { cancelBranch, confirmBranch, tryBranch } from './barrier.ts';
import { type BranchState, sqlBranchRows } from './branch-rows.ts';

/** What a branch does, in the transaction that `em` is and in which it is written down. */
export type BranchWork = (em: EntityManager) => Promise<void>;

/** A service's part in transactions of others. Each operation may be repeated and may come late. */
export interface Participant {
  /** Holds what the branch takes, once. @throws AppError TRANSACTION_ENDED after a cancel; what `work` throws. */
  try(transactionId: string, call: CallContext, work: BranchWork): Promise<void>;
  /** Spends what is held, once. @throws AppError TRANSACTION_ENDED where nothing is held. */
  confirm(transactionId: string, call: CallContext, work: BranchWork): Promise<void>;
  /** Frees what is held, once; `work` does not run where nothing is. @throws AppError TRANSACTION_ENDED after a confirm. */
  cancel(transactionId: string, call: CallContext, work: BranchWork): Promise<void>;
  /** How far the branches of these transactions are, in the order of the ids. */
  states(transactionIds: readonly string[]): Promise<(BranchState | undefined)[]>;
}

export interface ParticipantOptions {
  /** Its schema holds the table of `branchTableSql`. */
  readonly database: Pick<Database, 'schema' | 'query' | 'transaction'>;
  readonly clock: Clock;
  /** What its branches are called in the table: `stock`. */
  readonly branch: string;
}

/** Callers have less; for those that say nothing. */
const maxStatementMs = 10_000;

export function createParticipant({ database, clock, branch }: ParticipantOptions): Participant {
  const run = (operation: typeof tryBranch, em: EntityManager, transactionId: string, work: BranchWork) => {
    const rows = sqlBranchRows(em, database.schema, clock.now());
    return operation(rows, { transactionId, branch }, () => work(em));
  };
  /** What is decided must be done: it waits for a row that many want for as long as its caller does. */
  const patiently =
    (operation: typeof tryBranch) => (transactionId: string, call: CallContext, work: BranchWork) =>
      database.transaction(async (em) => {
        const timeoutMs = Math.max(1, Math.min(maxStatementMs, Math.floor(remainingMs(call, clock))));
        await em.execute(`set local statement_timeout = ${timeoutMs}`);
        await run(operation, em, transactionId, work);
      }, call);
  return {
    try: (transactionId, call, work) =>
      database.transaction((em) => run(tryBranch, em, transactionId, work), call),
    confirm: patiently(confirmBranch),
    cancel: patiently(cancelBranch),
    async states(transactionIds) {
      const rows = await database.query<{ transaction_id: string; state: BranchState }>(
        `select transaction_id, state from "${database.schema}".tcc_branch
         where transaction_id = any(?::bigint[]) and branch = ?`,
        [bigintArray(transactionIds), branch],
      );
      const found = new Map(rows.map((row) => [String(row.transaction_id), row.state]));
      return transactionIds.map((id) => found.get(id));
    },
  };
}
