import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { bigintArray } from '../engines/bigint-array.ts';
import type { Database } from '../engines/database.ts';

/** What the statements below need of a database. */
export type OutboxDatabase = Pick<Database, 'schema' | 'query'>;

/** A row that a relay has taken. */
export interface ClaimedRow {
  readonly id: string;
  /** The lease's number; another one means that somebody else has the row. */
  readonly claims: number;
  /** Refused attempts so far. */
  readonly attempts: number;
  /** Epoch milliseconds at which it was due. */
  readonly dueMs: number;
  readonly event: Event;
}

export interface Refusal {
  readonly row: ClaimedRow;
  readonly reason: string;
  /** Epoch milliseconds of the next attempt; none makes it a dead letter. */
  readonly nextAttemptMs: number | undefined;
}

interface Row {
  id: string;
  claims: number;
  attempts: number;
  due_ms: string;
  event_id: string;
  topic: string;
  aggregate_id: string;
  aggregate_version: string;
  occurred_ms: string;
  traceparent: string;
  payload: Uint8Array;
}

export const tableOf = ({ schema }: OutboxDatabase) => `"${schema}"."outbox"`;
export const timestamp = (ms: number) => new Date(ms).toISOString();
export const epochMs = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`;

export interface Claim {
  readonly nowMs: number;
  readonly leaseEndMs: number;
  /** Rows at most. */
  readonly limit: number;
  /** Topics that are left alone. */
  readonly without: readonly string[];
}

/**
 * Takes what is due, at most `limit` rows, until `leaseEndMs`. Relays that ask at once get different rows, and none
 * waits for another. Times are of the relays' clocks, not the database's: where these differ, a lease ends early and
 * an event comes twice, which inboxes drop.
 */
export async function claimRows(
  database: OutboxDatabase,
  { nowMs, leaseEndMs, limit, without }: Claim,
): Promise<ClaimedRow[]> {
  const table = tableOf(database);
  const rows = await database.query<Row>(
    `with due as (
       select id, due_at from ${table} where state = 'pending' and due_at <= ?::timestamptz
         and topic not in (select jsonb_array_elements_text(?::jsonb))
       order by due_at, id limit ? for update skip locked)
     update ${table} as row set due_at = ?::timestamptz, claims = claims + 1
     from due where row.id = due.id
     returning row.id, claims, attempts, ${epochMs('due.due_at')} as due_ms, event_id, topic, aggregate_id,
       aggregate_version, ${epochMs('occurred_at')} as occurred_ms, traceparent, payload`,
    [timestamp(nowMs), JSON.stringify(without), limit, timestamp(leaseEndMs)],
  );
  // `returning` keeps no order.
  return rows.map(claimedRow).sort((a, b) => a.dueMs - b.dueMs || (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

function claimedRow(row: Row): ClaimedRow {
  const { id, claims, attempts } = row;
  const event: Event = {
    id: row.event_id,
    type: row.topic,
    aggregateId: row.aggregate_id,
    aggregateVersion: Number(row.aggregate_version),
    occurredAt: new Date(Number(row.occurred_ms)),
    traceparent: row.traceparent,
    payload: Buffer.from(row.payload),
  };
  return { id: String(id), claims, attempts, dueMs: Number(row.due_ms), event };
}

/** Keeps rows for longer while their events are being sent. */
export async function renewRows(
  database: OutboxDatabase,
  rows: readonly ClaimedRow[],
  leaseEndMs: number,
): Promise<void> {
  await setDue(
    database,
    rows.map((row) => ({ row, dueMs: leaseEndMs })),
  );
}

/** Gives rows back as they were: to the place in the order that they had. */
export async function releaseRows(database: OutboxDatabase, rows: readonly ClaimedRow[]): Promise<void> {
  await setDue(
    database,
    rows.map((row) => ({ row, dueMs: row.dueMs })),
  );
}

async function setDue(
  database: OutboxDatabase,
  changes: readonly { row: ClaimedRow; dueMs: number }[],
): Promise<void> {
  if (changes.length === 0) return;
  const given = changes.map(({ row, dueMs }) => ({
    id: row.id,
    claims: row.claims,
    due_at: timestamp(dueMs),
  }));
  await database.query(
    `update ${tableOf(database)} as row set due_at = given.due_at
     from jsonb_to_recordset(?::jsonb) as given (id bigint, claims integer, due_at timestamptz)
     where row.id = given.id and row.claims = given.claims and state = 'pending'`,
    [JSON.stringify(given)],
  );
}

/** Deletes what was sent. Whoever has the lease now: there is nothing left to send. */
export async function deleteRows(database: OutboxDatabase, rows: readonly ClaimedRow[]): Promise<void> {
  if (rows.length === 0) return;
  const ids = bigintArray(rows.map(({ id }) => id));
  await database.query(`delete from ${tableOf(database)} where id = any(?::bigint[])`, [ids]);
}

/** Notes attempts that were refused, for the next one or as dead letters. */
export async function refuseRows(
  database: OutboxDatabase,
  refusals: readonly Refusal[],
  nowMs: number,
): Promise<void> {
  if (refusals.length === 0) return;
  const given = refusals.map(({ row, reason, nextAttemptMs }) => ({
    id: row.id,
    claims: row.claims,
    reason,
    due_at: nextAttemptMs === undefined ? null : timestamp(nextAttemptMs),
  }));
  await database.query(
    `update ${tableOf(database)} as row set attempts = attempts + 1, last_error = given.reason,
       due_at = coalesce(given.due_at, row.due_at),
       state = case when given.due_at is null then 'dead' else 'pending' end,
       dead_at = case when given.due_at is null then ?::timestamptz end
     from jsonb_to_recordset(?::jsonb) as given (id bigint, claims integer, reason text, due_at timestamptz)
     where row.id = given.id and row.claims = given.claims and state = 'pending'`,
    [timestamp(nowMs), JSON.stringify(given)],
  );
}

export interface OutboxState {
  /** Epoch milliseconds of the oldest event that still waits. */
  readonly oldestPendingMs: number | undefined;
  /** Counted up to 10,000. */
  readonly dead: number;
}

/** The gauge is read every few seconds, however many dead letters there are. */
const MAX_COUNTED_DEAD = 10_000;

export async function readOutboxState(database: OutboxDatabase): Promise<OutboxState> {
  const table = tableOf(database);
  const [row] = await database.query<{ oldest_ms: string | null; dead: string }>(
    `select (select ${epochMs('occurred_at')} from ${table} where state = 'pending' order by id limit 1) as oldest_ms,
       (select count(*) from (select from ${table} where state = 'dead' limit ${MAX_COUNTED_DEAD}) as counted) as dead`,
  );
  return {
    oldestPendingMs: row?.oldest_ms == null ? undefined : Number(row.oldest_ms),
    dead: Number(row?.dead),
  };
}
