import type { EntityManager } from '@mikro-orm/postgresql';

/** One participant's part in one transaction. */
export interface BranchId {
  /** Decimal text. */
  readonly transactionId: string;
  /** The participant's name for it: `stock`. */
  readonly branch: string;
}

/** `TRIED`: what it takes is held. `CONFIRMED`: spent. `CANCELLED`: free again, and it can hold nothing any more. */
export type BranchState = 'TRIED' | 'CONFIRMED' | 'CANCELLED';

/** Where a participant writes how far its branches are; in the transaction of what they do. */
export interface BranchRows {
  /** False where there is one already. Waits for a twin under way, and never reads before it writes. */
  insert(id: BranchId, state: BranchState): Promise<boolean>;
  /** False where it is not in `from`. */
  advance(id: BranchId, from: BranchState, to: BranchState): Promise<boolean>;
  find(id: BranchId): Promise<BranchState | undefined>;
}

/** The table of branches, for a participant's migration: one row for each, for as long as its transaction may be asked about. */
export function branchTableSql(schema: string): string[] {
  return [
    `create table "${schema}".tcc_branch (
      transaction_id bigint not null,
      branch text not null,
      state text not null check (state in ('TRIED', 'CONFIRMED', 'CANCELLED')),
      changed_at timestamptz not null,
      primary key (transaction_id, branch)
    )`,
    `create index tcc_branch_changed_at on "${schema}".tcc_branch (changed_at)`,
  ];
}

/** The rows as the transaction `em` sees them. */
export function sqlBranchRows(em: EntityManager, schema: string, nowMs: number): BranchRows {
  const table = `"${schema}".tcc_branch`;
  const at = new Date(nowMs).toISOString();
  return {
    async insert({ transactionId, branch }, state) {
      const rows = await em.execute<object[]>(
        `insert into ${table} (transaction_id, branch, state, changed_at) values (?, ?, ?, ?::timestamptz)
         on conflict do nothing returning state`,
        [transactionId, branch, state, at],
      );
      return rows.length > 0;
    },
    async advance({ transactionId, branch }, from, to) {
      const rows = await em.execute<object[]>(
        `update ${table} set state = ?, changed_at = ?::timestamptz
         where transaction_id = ? and branch = ? and state = ? returning state`,
        [to, at, transactionId, branch, from],
      );
      return rows.length > 0;
    },
    async find({ transactionId, branch }) {
      const [row] = await em.execute<{ state: BranchState }[]>(
        `select state from ${table} where transaction_id = ? and branch = ?`,
        [transactionId, branch],
      );
      return row?.state;
    },
  };
}
