import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../engines/database.ts';

/**
 * `TRYING`: its participants are being asked, nothing is decided. `PREPARED`: all of them hold what it takes.
 * `CONFIRMING` and `CANCELLING`: decided, and its participants are told until each has answered; then `CONFIRMED` or
 * `CANCELLED`. `SETTLED`: somebody put it right by hand.
 */
export type TransactionState =
  | 'TRYING'
  | 'PREPARED'
  | 'CONFIRMING'
  | 'CANCELLING'
  | 'CONFIRMED'
  | 'CANCELLED'
  | 'SETTLED';

export type DecidedState = 'CONFIRMING' | 'CANCELLING';

/** A decided transaction in the hands of one process, until its lease ends. */
export interface ClaimedTransaction {
  /** Decimal text. */
  readonly id: string;
  readonly state: DecidedState;
  /** The participants that have not answered yet. */
  readonly open: readonly string[];
  /** The lease's number, which fences off a process whose lease ended meanwhile. */
  readonly claims: number;
  /** How often its participants were told in vain. */
  readonly attempts: number;
}

/** What telling the participants came to. */
export interface Progress {
  /** Those that still have not answered; none ends the transaction. */
  readonly open: readonly string[];
  /** Names no user data. Empty where none is open. */
  readonly lastError: string;
  /** Epoch milliseconds at which they are told again. */
  readonly dueMs: number;
}

/** The log of transactions. Each function is one statement. */
export interface TransactionRows {
  /** A new one, `TRYING`. */
  insert(id: string, participants: readonly string[], begun: Begun): Promise<void>;
  /** `TRYING` → `PREPARED`; false where it was cancelled meanwhile. */
  prepare(id: string): Promise<boolean>;
  /** Decides one that is in `from`, and claims it. Undefined where it is in another state, or there is none. */
  decide(
    id: string,
    from: 'TRYING' | 'PREPARED',
    to: DecidedState,
    times: Lease,
  ): Promise<ClaimedTransaction | undefined>;
  /**
   * Claims what is due: decided ones, and those that are `TRYING` for too long, which are cancelled. First those that
   * were told least often, so that many whose participant is away keep none of the others waiting; then the oldest.
   */
  claimDue(times: Lease, limit: number): Promise<ClaimedTransaction[]>;
  /** What an attempt has begun that still holds something, or may: `TRYING` or `CANCELLING`, a few at most. */
  findOpen(attempt: string): Promise<OpenTransaction[]>;
  /** False where another process has claimed it by now. */
  settle(claimed: ClaimedTransaction, progress: Progress, nowMs: number): Promise<boolean>;
}

export interface Begun {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** From then on anybody may cancel it. */
  readonly dueMs: number;
  /** What it was begun for, where that may come again; a repetition has the same. */
  readonly attempt?: string | undefined;
}

export interface OpenTransaction {
  readonly id: string;
  readonly state: 'TRYING' | 'CANCELLING';
}

export interface Lease {
  readonly nowMs: number;
  readonly leaseEndMs: number;
}

/** The log, and how it looks from inside of a transaction of the database. */
export interface TransactionLog<Session = EntityManager> {
  readonly rows: TransactionRows;
  /** What these write commits with everything else in `session`. */
  in(session: Session): TransactionRows;
}

/**
 * The table of transactions, for the migration of the service that coordinates them. `due_at` is when a process may
 * take it: null while it is prepared or has ended.
 */
export function transactionTableSql(schema: string): string[] {
  const table = `"${schema}".tcc_transaction`;
  return [
    `create table ${table} (
      id bigint primary key check (id > 0),
      state text not null check (state in
        ('TRYING', 'PREPARED', 'CONFIRMING', 'CANCELLING', 'CONFIRMED', 'CANCELLED', 'SETTLED')),
      participants jsonb not null,
      open jsonb not null,
      attempt text,
      due_at timestamptz,
      claims integer not null default 0,
      attempts integer not null default 0,
      last_error text not null default '',
      begun_at timestamptz not null,
      decided_at timestamptz,
      ended_at timestamptz,
      check ((due_at is null) = (state in ('PREPARED', 'CONFIRMED', 'CANCELLED', 'SETTLED')))
    )`,
    `create index tcc_transaction_due on ${table} (due_at, id) where due_at is not null`,
    `create index tcc_transaction_open on ${table} (attempt) where state in ('TRYING', 'CANCELLING')`,
    `create index tcc_transaction_stuck on ${table} (id)
      where state in ('CONFIRMING', 'CANCELLING') and attempts >= 5`,
    `create index tcc_transaction_ended on ${table} (ended_at) where ended_at is not null`,
  ];
}

type Execute = <Row extends object>(sql: string, parameters: readonly unknown[]) => Promise<Row[]>;

interface Row {
  readonly id: string;
  readonly state: DecidedState;
  readonly open_json: string;
  readonly claims: number;
  readonly attempts: number;
}

/** Each further one is a repetition that another process was at. */
const MAX_OPEN = 10;

const timestamp = (ms: number) => new Date(ms).toISOString();

export function sqlTransactionLog(database: Pick<Database, 'schema' | 'query'>): TransactionLog {
  const { schema } = database;
  return {
    rows: sqlTransactionRows(schema, (sql, parameters) => database.query(sql, parameters)),
    in: (em) => sqlTransactionRows(schema, (sql, parameters) => em.execute(sql, [...parameters])),
  };
}

function sqlTransactionRows(schema: string, execute: Execute): TransactionRows {
  const table = `"${schema}".tcc_transaction`;
  const claimed = 'row.id, row.state, row.open::text as open_json, row.claims, row.attempts';
  return {
    async insert(id, participants, { nowMs, dueMs, attempt = null }) {
      const names = JSON.stringify(participants);
      await execute(
        `insert into ${table} (id, state, participants, open, attempt, due_at, begun_at)
         values (?, 'TRYING', ?::jsonb, ?::jsonb, ?, ?::timestamptz, ?::timestamptz)`,
        [id, names, names, attempt, timestamp(dueMs), timestamp(nowMs)],
      );
    },

    async findOpen(attempt) {
      const rows = await execute<OpenTransaction>(
        `select id, state from ${table} where attempt = ? and state in ('TRYING', 'CANCELLING') limit ${MAX_OPEN}`,
        [attempt],
      );
      return rows.map(({ id, state }) => ({ id: String(id), state }));
    },

    async prepare(id) {
      const rows = await execute(
        `update ${table} set state = 'PREPARED', due_at = null where id = ? and state = 'TRYING' returning id`,
        [id],
      );
      return rows.length > 0;
    },

    async decide(id, from, to, { nowMs, leaseEndMs }) {
      const [row] = await execute<Row>(
        `update ${table} as row set state = ?, due_at = ?::timestamptz, decided_at = ?::timestamptz, claims = claims + 1
         where row.id = ? and row.state = ? returning ${claimed}`,
        [to, timestamp(leaseEndMs), timestamp(nowMs), id, from],
      );
      return row && toClaimed(row);
    },

    async claimDue({ nowMs, leaseEndMs }, limit) {
      const rows = await execute<Row>(
        `with due as (
           select id from ${table} where due_at <= ?::timestamptz
           order by attempts, due_at, id limit ? for update skip locked)
         update ${table} as row set
           state = case when row.state = 'TRYING' then 'CANCELLING' else row.state end,
           decided_at = coalesce(row.decided_at, ?::timestamptz),
           due_at = ?::timestamptz,
           claims = claims + 1
         from due where row.id = due.id returning ${claimed}`,
        [timestamp(nowMs), limit, timestamp(nowMs), timestamp(leaseEndMs)],
      );
      return rows.map(toClaimed);
    },

    async settle({ id, claims }, { open, lastError, dueMs }, nowMs) {
      const hasEnded = open.length === 0;
      const rows = await execute(
        hasEnded
          ? `update ${table} set state = case state when 'CONFIRMING' then 'CONFIRMED' else 'CANCELLED' end,
               open = '[]', due_at = null, last_error = '', ended_at = ?::timestamptz
             where id = ? and claims = ? and state in ('CONFIRMING', 'CANCELLING') returning id`
          : `update ${table} set open = ?::jsonb, attempts = attempts + 1, last_error = ?, due_at = ?::timestamptz
             where id = ? and claims = ? and state in ('CONFIRMING', 'CANCELLING') returning id`,
        hasEnded
          ? [timestamp(nowMs), id, claims]
          : [JSON.stringify(open), lastError, timestamp(dueMs), id, claims],
      );
      return rows.length > 0;
    },
  };
}

function toClaimed({ id, state, open_json, claims, attempts }: Row): ClaimedTransaction {
  return { id: String(id), state, open: JSON.parse(open_json), claims, attempts };
}
