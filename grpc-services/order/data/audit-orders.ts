import type { Database } from '@tiffin/lib/engines/database';
import { STUCK_ATTEMPTS } from '@tiffin/lib/tcc/second-phase';
import type { TransactionState } from '@tiffin/lib/tcc/transaction-rows';
import type { OrderStatus } from './order-entity.ts';

/** What an order, its transaction and its steps say, all at one moment. */
export interface OrderBook {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly version: number;
  readonly placedMs: number;
  /** Undefined where there is none: it was forgotten long after its end, or never was. */
  readonly transaction: TransactionState | undefined;
  readonly steps: number;
  readonly lastStep: { readonly status: OrderStatus; readonly version: number } | undefined;
}

/** A transaction that should have gone on, and the order it belongs to. */
export interface LateTransaction {
  readonly id: string;
  readonly state: TransactionState;
  /** Undefined where there is no such order. */
  readonly orderStatus: OrderStatus | undefined;
  /** The participants that have not answered. */
  readonly open: readonly string[];
  readonly attempts: number;
}

/** An event that nobody has got. */
export interface LateEvent {
  readonly eventId: string;
  readonly topic: string;
  readonly isDead: boolean;
}

/** A page takes longer than what customers wait for. */
const maxStatementMs = 30_000;

type Reads = Pick<Database, 'transaction'>;

/**
 * The books of at most `limit` orders behind `afterOrderId`, by rising ids. One statement, so that all of it is seen at
 * the same moment. It locks nothing.
 */
export async function readOrderBooks(
  database: Reads,
  afterOrderId: string,
  limit: number,
): Promise<OrderBook[]> {
  const rows = await readOnly<BookRow>(
    database,
    `with page as (
       select id, status, version, placed_at from "order"."order" where id > ? order by id limit ?
     )
     select page.id, page.status, page.version, (extract(epoch from page.placed_at) * 1000)::float8 as placed_ms,
       held.state as transaction_state, step.steps, step.last_version, step.last_status
     from page
     left join "order".tcc_transaction as held on held.id = page.id
     cross join lateral (
       select count(*)::integer as steps, max(version) as last_version,
         (array_agg(status order by version desc))[1] as last_status
       from "order".order_step where order_id = page.id
     ) as step
     order by page.id`,
    [afterOrderId, limit],
  );
  return rows.map(toBook);
}

/**
 * Transactions that are prepared for no unpaid order, were begun before `begunBeforeMs` and are not prepared, were
 * decided before `decidedBeforeMs` and have not ended, or are stuck. At most `limit`, by rising ids.
 */
export async function findLateTransactions(
  database: Reads,
  { begunBeforeMs, decidedBeforeMs }: { begunBeforeMs: number; decidedBeforeMs: number },
  limit: number,
): Promise<LateTransaction[]> {
  const rows = await readOnly<TransactionRow>(
    database,
    `select held.id, held.state, placed.status as order_status, held.open::text as open_json, held.attempts
     from "order".tcc_transaction as held
     left join "order"."order" as placed on placed.id = held.id
     where case held.state
       when 'PREPARED' then placed.status is distinct from 'CREATED'
       when 'TRYING' then held.begun_at < ?::timestamptz
       when 'CONFIRMING' then held.decided_at < ?::timestamptz or held.attempts >= ${STUCK_ATTEMPTS}
       when 'CANCELLING' then held.decided_at < ?::timestamptz or held.attempts >= ${STUCK_ATTEMPTS}
       else false end
     order by held.id limit ?`,
    [timestamp(begunBeforeMs), timestamp(decidedBeforeMs), timestamp(decidedBeforeMs), limit],
  );
  return rows.map(({ id, state, order_status, open_json, attempts }) => ({
    ...{ id: String(id), state, open: JSON.parse(open_json), attempts },
    orderStatus: order_status ?? undefined,
  }));
}

/** Events that are dead letters, or happened before `occurredBeforeMs` and still wait. At most `limit`, oldest first. */
export async function findLateEvents(
  database: Reads,
  occurredBeforeMs: number,
  limit: number,
): Promise<LateEvent[]> {
  const rows = await readOnly<{ event_id: string; topic: string; state: string }>(
    database,
    `select event_id, topic, state from "order".outbox
     where state = 'dead' or occurred_at < ?::timestamptz order by id limit ?`,
    [timestamp(occurredBeforeMs), limit],
  );
  return rows.map(({ event_id, topic, state }) => ({ eventId: event_id, topic, isDead: state === 'dead' }));
}

function readOnly<Row extends object>(database: Reads, sql: string, parameters: unknown[]): Promise<Row[]> {
  return database.transaction(async (em) => {
    await em.execute('set transaction read only');
    await em.execute(`set local statement_timeout = ${maxStatementMs}`);
    return em.execute<Row[]>(sql, parameters);
  });
}

const timestamp = (ms: number) => new Date(ms).toISOString();

interface BookRow {
  readonly id: string;
  readonly status: OrderStatus;
  readonly version: number;
  readonly placed_ms: number;
  readonly transaction_state: TransactionState | null;
  readonly steps: number;
  readonly last_version: number | null;
  readonly last_status: OrderStatus | null;
}

interface TransactionRow {
  readonly id: string;
  readonly state: TransactionState;
  readonly order_status: OrderStatus | null;
  readonly open_json: string;
  readonly attempts: number;
}

function toBook({ id, placed_ms, transaction_state, last_version, last_status, ...row }: BookRow): OrderBook {
  return {
    ...row,
    orderId: String(id),
    placedMs: Number(placed_ms),
    transaction: transaction_state ?? undefined,
    lastStep: last_version && last_status ? { version: last_version, status: last_status } : undefined,
  };
}
