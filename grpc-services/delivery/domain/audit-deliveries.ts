import { type Clock, systemClock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import { findWaitingSince, type WaitingDelivery } from '../data/audit-deliveries.ts';

/** A delivery that does not go on, for the auditor. */
export interface DeliveryFinding {
  /** `delivery 17`. */
  readonly unit: string;
  /** Completes the sentence that the unit begins. */
  readonly problem: string;
}

export const maxDeliveryFindings = 100;
/** From then on a delivery should have a courier. */
export const maxWaitMs = 600_000;

/**
 * Deliveries that have been without a courier for too long. Only reads, and may run beside traffic. Resolves to at most
 * `maxDeliveryFindings`, the oldest first; rejects with the signal's reason.
 */
export async function auditDeliveries(
  { database, clock = systemClock }: AuditDeps,
  signal?: AbortSignal,
): Promise<DeliveryFinding[]> {
  const nowMs = clock.now();
  const wanted = { beforeMs: nowMs - maxWaitMs, limit: maxDeliveryFindings };
  const waiting = await findWaitingSince(database, wanted, signal);
  return waiting.map((delivery) => ({
    unit: `delivery ${delivery.id}`,
    problem: problemOf(delivery, nowMs),
  }));
}

export interface AuditDeps {
  readonly database: Pick<Database, 'transaction'>;
  /** Default: the system's. */
  readonly clock?: Clock;
}

function problemOf({ requestedAtMs, attempts, lastError }: WaitingDelivery, nowMs: number): string {
  const minutes = Math.floor((nowMs - requestedAtMs) / 60_000);
  const failed = attempts === 1 ? '1 call failed' : `${attempts} calls failed`;
  const why = attempts === 0 ? 'no call failed' : `${failed}, the last with: ${lastError}`;
  return `has been without a courier for ${minutes} minutes; ${why}`;
}
