import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@tiffin/lib/engines/database';
import { type Delivery, type DeliveryRow, deliveryColumns, toDelivery } from './delivery-row.ts';
import { timestamp } from './timestamp.ts';

/** A delivery without a courier in the hands of one process, until its lease ends. */
export interface ClaimedCall {
  readonly delivery: Delivery;
  /** The lease's number; another one means that somebody else has it. */
  readonly claims: number;
  /** Calls in vain so far. */
  readonly attempts: number;
}

export interface Lease {
  readonly nowMs: number;
  readonly leaseEndMs: number;
}

/**
 * Takes what is due, at most `limit`, longest due first. Processes that ask at once get different deliveries, and none
 * waits for another. Times are of the processes' clocks, not the database's: where these differ, a lease ends early and
 * a courier is called twice, under the same reference.
 */
export async function claimCalls(
  database: Pick<Database, 'query'>,
  lease: Lease,
  limit: number,
): Promise<ClaimedCall[]> {
  const { sql, parameters } = claimCallsSql(lease, limit);
  const rows = await database.query<DeliveryRow & { claims: number; attempts: number }>(sql, parameters);
  return rows.map((row) => ({ delivery: toDelivery(row), claims: row.claims, attempts: row.attempts }));
}

/** The statement of `claimCalls`. */
export function claimCallsSql({ nowMs, leaseEndMs }: Lease, limit: number) {
  return {
    sql: `
      with due as (
        select id from delivery.delivery where due_at <= ?::timestamptz
        order by due_at, id limit ? for update skip locked)
      update delivery.delivery as row set due_at = ?::timestamptz, claims = claims + 1
      from due where row.id = due.id
      returning ${deliveryColumns}, row.claims, row.attempts`,
    parameters: [timestamp(nowMs), limit, timestamp(leaseEndMs)],
  };
}

/** Writes a delivery that has its courier now; false where another process has claimed it by now. */
export async function saveAssigned(
  em: EntityManager,
  { claims }: ClaimedCall,
  { id, status, courierName, changedAt, version }: Delivery,
  courierReference: string,
): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `update delivery.delivery set status = ?, courier_name = ?, courier_reference = ?, changed_at = ?::timestamptz,
       version = ?, due_at = null, last_error = ''
     where id = ? and claims = ? and status = 'REQUESTED' returning id`,
    [status, courierName, courierReference, timestamp(changedAt.getTime()), version, id, claims],
  );
  return rows.length > 0;
}

/** Notes a call in vain, for the next one at `dueMs`; false where another process has claimed it by now. */
export async function postponeCall(
  database: Pick<Database, 'query'>,
  { delivery, claims }: ClaimedCall,
  { lastError, dueMs }: { readonly lastError: string; readonly dueMs: number },
): Promise<boolean> {
  const rows = await database.query(
    `update delivery.delivery set attempts = attempts + 1, last_error = ?, due_at = ?::timestamptz
     where id = ? and claims = ? and status = 'REQUESTED' returning id`,
    [lastError, timestamp(dueMs), delivery.id, claims],
  );
  return rows.length > 0;
}
