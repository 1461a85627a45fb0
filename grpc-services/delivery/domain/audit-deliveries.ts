import { type Finding, MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import type { AuditedTables } from '@tiffin/lib/audit/read-page';
import { type Clock, systemClock } from '@tiffin/lib/clock/clock';
import { findWaitingSince, type WaitingDelivery } from '../data/audit-deliveries.ts';

/** From then on a delivery should have a courier. */
export const maxWaitMs = 600_000;

/** Deliveries that have been without a courier for too long, the oldest `MAX_FINDINGS` of them: a single page. */
export async function* auditDeliveries(
  { database, clock = systemClock }: AuditDeps,
  signal?: AbortSignal,
): AsyncGenerator<readonly Finding[]> {
  const nowMs = clock.now();
  const wanted = { beforeMs: nowMs - maxWaitMs, limit: MAX_FINDINGS };
  const waiting = await findWaitingSince(database, wanted, signal);
  yield waiting.map((delivery) => ({
    unit: `delivery ${delivery.id}`,
    problem: problemOf(delivery, nowMs),
  }));
}

export interface AuditDeps {
  readonly database: AuditedTables;
  /** Default: the system's. */
  readonly clock?: Clock;
}

function problemOf({ requestedAtMs, attempts, lastError }: WaitingDelivery, nowMs: number): string {
  const minutes = Math.floor((nowMs - requestedAtMs) / 60_000);
  const failed = attempts === 1 ? '1 call failed' : `${attempts} calls failed`;
  const why = attempts === 0 ? 'no call failed' : `${failed}, the last with: ${lastError}`;
  return `has been without a courier for ${minutes} minutes; ${why}`;
}
