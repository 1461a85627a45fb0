import type { Metrics } from '../telemetry/metrics.ts';
import type { ClaimedRow, OutboxState } from './outbox-rows.ts';

/** What became of a round's rows. */
export type CountedRows = Readonly<
  Record<'sent' | 'refused' | 'dead' | 'unavailable', readonly ClaimedRow[]>
>;

export interface OutboxMetrics {
  count(rows: CountedRows): void;
  failed(): void;
  state(state: OutboxState, nowMs: number): void;
}

export function createOutboxMetrics(metrics: Metrics, schema: string): OutboxMetrics {
  const events = metrics.counter({
    name: 'tiffin_outbox_events_total',
    help: 'Events that a relay took, by what became of them; dead ones are among the refused.',
    labelNames: ['schema', 'topic', 'outcome'],
  });
  const failures = metrics.counter({
    name: 'tiffin_outbox_failed_rounds_total',
    help: 'Rounds of a relay that the database ended.',
    labelNames: ['schema'],
  });
  const oldest = metrics.gauge({
    name: 'tiffin_outbox_oldest_pending_seconds',
    help: 'Age of the oldest event that was not sent yet.',
    labelNames: ['schema'],
  });
  const dead = metrics.gauge({
    name: 'tiffin_outbox_dead_letters',
    help: 'Events that were given up, until somebody redrives or discards them.',
    labelNames: ['schema'],
  });
  return {
    count(rows) {
      for (const [outcome, some] of Object.entries(rows)) {
        for (const [topic, count] of countByTopic(some)) events.inc({ schema, topic, outcome }, count);
      }
    },
    failed: () => failures.inc({ schema }),
    state(state, nowMs) {
      const { oldestPendingMs = nowMs } = state;
      oldest.set({ schema }, Math.max(0, nowMs - oldestPendingMs) / 1_000);
      dead.set({ schema }, state.dead);
    },
  };
}

function countByTopic(rows: readonly ClaimedRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { event } of rows) counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
  return counts;
}
