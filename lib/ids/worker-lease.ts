import type { Database } from '../engines/database.ts';
import { WORKER_COUNT } from './snowflake.ts';

/** What the statements below need of a database. */
export type LeaseDatabase = Pick<Database, 'schema' | 'query'>;

/** Every worker id has a live owner; the message says what to do. */
export class NoFreeWorkerId extends Error {
  override readonly name = 'NoFreeWorkerId';
}

export interface LeaseTerms {
  /** Unique to one start of one generator. */
  owner: string;
  ttlMs: number;
  /** This process's clock, epoch milliseconds. */
  nowMs: number;
}

/**
 * The table of leased worker ids, for a service's first migration: one row for each id.
 *
 * It lies beside the rows that the ids are for, and not in Redis: a flushed or restarted Redis would hand an id that
 * is in use to a second process, and two rows would get the same key.
 *
 * `id_floor_ms` guards against clocks that differ between hosts: it is the first millisecond in which the last owner
 * made no ids. A process whose clock is behind it does not get the row.
 */
export function workerLeaseTableSql(schema: string): string[] {
  const table = `"${schema}"."worker_lease"`;
  return [
    `create table ${table} (worker_id smallint primary key check (worker_id between 0 and ${WORKER_COUNT - 1}),
      owner text, expires_at timestamptz not null default '-infinity', id_floor_ms bigint not null default 0)`,
    `insert into ${table} (worker_id) select generate_series(0, ${WORKER_COUNT - 1})`,
  ];
}

/**
 * Takes the worker id that was unused for longest. Of several who ask at once each gets another one: the row is locked
 * by the statement that reads it, and expiry is judged by the clock of the database. Throws `NoFreeWorkerId`.
 */
export async function takeWorkerLease(
  database: LeaseDatabase,
  { owner, ttlMs, nowMs }: LeaseTerms,
): Promise<number> {
  const table = `"${database.schema}"."worker_lease"`;
  const rows = await database.query<{ worker_id: number }>(
    `update ${table} set owner = ?, expires_at = clock_timestamp() + ? * interval '1 ms', id_floor_ms = ?
     where worker_id = (
       select worker_id from ${table} where expires_at < clock_timestamp() and id_floor_ms <= ?
       order by id_floor_ms, worker_id limit 1 for update skip locked)
     returning worker_id`,
    [owner, ttlMs, nowMs + ttlMs, nowMs],
  );
  const [row] = rows;
  if (row) return row.worker_id;
  throw new NoFreeWorkerId(
    `All ${WORKER_COUNT} worker ids of ${database.schema} are leased. Run fewer processes, or wait for leases of dead ` +
      'ones to expire; if neither helps, compare the clock of this host with the others.',
  );
}

/** Prolongs a lease. False when it has gone to somebody else meanwhile. */
export async function renewWorkerLease(
  database: LeaseDatabase,
  workerId: number,
  { owner, ttlMs, nowMs }: LeaseTerms,
): Promise<boolean> {
  const rows = await database.query(
    `update "${database.schema}"."worker_lease"
     set expires_at = clock_timestamp() + ? * interval '1 ms', id_floor_ms = greatest(id_floor_ms, ?)
     where worker_id = ? and owner = ? returning worker_id`,
    [ttlMs, nowMs + ttlMs, workerId, owner],
  );
  return rows.length === 1;
}

/** Gives a lease back. `idFloorMs` is the first millisecond in which nobody made ids with it yet. */
export async function releaseWorkerLease(
  database: LeaseDatabase,
  workerId: number,
  owner: string,
  idFloorMs: number,
): Promise<void> {
  await database.query(
    `update "${database.schema}"."worker_lease" set owner = null, expires_at = '-infinity', id_floor_ms = ?
     where worker_id = ? and owner = ? returning worker_id`,
    [idFloorMs, workerId, owner],
  );
}
