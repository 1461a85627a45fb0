import type { Clock } from '../clock/clock.ts';
import { type OutboxDatabase, readOutboxState } from '../events/outbox-rows.ts';
import type { Finding } from './finding.ts';

/** Events are told at once, and again for some minutes where the broker is away. */
export const TOLD_WITHIN_MS = 10 * 60_000;

/** Whether the events of an outbox leave it, and in time: a single page. */
export async function* auditOutbox(
  { database, clock }: { readonly database: OutboxDatabase; readonly clock: Pick<Clock, 'now'> },
  signal?: AbortSignal,
): AsyncGenerator<readonly Finding[]> {
  signal?.throwIfAborted();
  const { schema } = database;
  const nowMs = clock.now();
  const { dead, oldestPendingMs = nowMs } = await readOutboxState(database);
  const problems = [
    dead > 0 && `has ${dead} dead letters: npm run redrive -- --outbox ${schema} --list`,
    nowMs - oldestPendingMs > TOLD_WITHIN_MS &&
      `has an event that waits since ${new Date(oldestPendingMs).toISOString()}`,
  ];
  yield problems
    .filter((problem) => problem !== false)
    .map((problem) => ({ unit: `outbox ${schema}`, problem }));
}
