import type {
  ClaimedTransaction,
  TransactionLog,
  TransactionRows,
  TransactionState,
} from '../transaction-rows.ts';
import {
  createMemorySessions,
  type MemorySession,
  type MemorySessions,
  writeEntry,
} from './memory-sessions.ts';

/** A row of the log, as tests look at it. Times are epoch milliseconds. */
export interface TransactionRow {
  readonly id: string;
  readonly state: TransactionState;
  readonly open: readonly string[];
  readonly attempt?: string | undefined;
  readonly dueMs: number | undefined;
  readonly claims: number;
  readonly attempts: number;
  readonly lastError: string;
  readonly begunMs: number;
  readonly decidedMs: number | undefined;
  readonly endedMs: number | undefined;
}

export interface MemoryTransactions extends MemorySessions {
  readonly log: TransactionLog<MemorySession>;
  read(id: string): TransactionRow | undefined;
  /** When the first one is due. */
  nextDueMs(): number | undefined;
}

/** The log of transactions in memory, by the same contract as in SQL. */
export function createMemoryTransactions(): MemoryTransactions {
  const sessions = createMemorySessions();
  const table = new Map<string, TransactionRow>();
  const inSession = (session: MemorySession) => memoryRows(table, session);
  /** One statement is a transaction of its own. */
  const alone = <Result>(statement: (rows: TransactionRows) => Promise<Result>) =>
    sessions.transaction((session) => statement(inSession(session)));
  return {
    ...sessions,
    log: {
      rows: {
        insert: (...args) => alone((rows) => rows.insert(...args)),
        prepare: (...args) => alone((rows) => rows.prepare(...args)),
        decide: (...args) => alone((rows) => rows.decide(...args)),
        findOpen: (...args) => alone((rows) => rows.findOpen(...args)),
        claimDue: (...args) => alone((rows) => rows.claimDue(...args)),
        settle: (...args) => alone((rows) => rows.settle(...args)),
      },
      in: inSession,
    },
    read: (id) => table.get(id),
    nextDueMs() {
      const due = [...table.values()].map(({ dueMs }) => dueMs ?? Number.POSITIVE_INFINITY);
      const first = Math.min(...due);
      return first === Number.POSITIVE_INFINITY ? undefined : first;
    },
  };
}

function memoryRows(table: Map<string, TransactionRow>, session: MemorySession): TransactionRows {
  const write = (row: TransactionRow, change: Partial<TransactionRow>): TransactionRow => {
    const changed = { ...row, ...change };
    writeEntry(session, table, row.id, changed);
    return changed;
  };
  return {
    async insert(id, participants, { nowMs, dueMs, attempt }) {
      if (table.has(id)) throw new Error(`There is a transaction ${id}.`);
      const unset = { decidedMs: undefined, endedMs: undefined, lastError: '', claims: 0, attempts: 0 };
      writeEntry(session, table, id, {
        ...unset,
        ...{ id, state: 'TRYING', open: participants, attempt, dueMs, begunMs: nowMs },
      });
    },
    async findOpen(attempt) {
      return [...table.values()].flatMap(({ id, state, attempt: own }) =>
        own === attempt && (state === 'TRYING' || state === 'CANCELLING') ? [{ id, state }] : [],
      );
    },
    async prepare(id) {
      const row = table.get(id);
      if (row?.state !== 'TRYING') return false;
      write(row, { state: 'PREPARED', dueMs: undefined });
      return true;
    },
    async decide(id, from, to, { nowMs, leaseEndMs }) {
      const row = table.get(id);
      if (row?.state !== from) return undefined;
      const claims = row.claims + 1;
      return toClaimed(write(row, { state: to, dueMs: leaseEndMs, decidedMs: nowMs, claims }));
    },
    async claimDue({ nowMs, leaseEndMs }, limit) {
      return [...table.values()]
        .filter(({ dueMs }) => dueMs !== undefined && dueMs <= nowMs)
        .sort(
          (a, b) => a.attempts - b.attempts || (a.dueMs ?? 0) - (b.dueMs ?? 0) || Number(a.id) - Number(b.id),
        )
        .slice(0, limit)
        .map((row) => {
          const state = row.state === 'TRYING' ? 'CANCELLING' : row.state;
          const decidedMs = row.decidedMs ?? nowMs;
          return toClaimed(write(row, { state, decidedMs, dueMs: leaseEndMs, claims: row.claims + 1 }));
        });
    },
    async settle({ id, claims }, { open, lastError, dueMs }, nowMs) {
      const row = table.get(id);
      if (row?.claims !== claims || !isDecided(row.state)) return false;
      if (open.length > 0) write(row, { open, attempts: row.attempts + 1, lastError, dueMs });
      else {
        const state = row.state === 'CONFIRMING' ? 'CONFIRMED' : 'CANCELLED';
        write(row, { state, open, dueMs: undefined, lastError: '', endedMs: nowMs });
      }
      return true;
    },
  };
}

const isDecided = (state: TransactionState) => state === 'CONFIRMING' || state === 'CANCELLING';

function toClaimed({ id, state, open, claims, attempts }: TransactionRow): ClaimedTransaction {
  if (state !== 'CONFIRMING' && state !== 'CANCELLING') throw new Error(`${id} is ${state}, not decided.`);
  return { id, state, open, claims, attempts };
}
