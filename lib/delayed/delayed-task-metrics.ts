import type { Metrics } from '../telemetry/metrics.ts';

export type TaskOutcome = 'done' | 'failed' | 'released';

export interface DelayedTaskMetrics {
  count(kind: string, outcome: TaskOutcome): void;
  failedRound(): void;
  oldest(dueMs: number | undefined, nowMs: number): void;
}

export function createDelayedTaskMetrics(metrics: Metrics, schema: string): DelayedTaskMetrics {
  const tasks = metrics.counter({
    name: 'tiffin_delayed_tasks_total',
    help: 'Delayed tasks that a runner took, by what became of them; failed ones are tried again, released ones were given back at a stop.',
    labelNames: ['schema', 'kind', 'outcome'],
  });
  const failures = metrics.counter({
    name: 'tiffin_delayed_tasks_failed_rounds_total',
    help: 'Rounds of a runner of delayed tasks that the database ended.',
    labelNames: ['schema'],
  });
  const overdue = metrics.gauge({
    name: 'tiffin_delayed_tasks_oldest_overdue_seconds',
    help: 'How long ago the oldest delayed task should have been done.',
    labelNames: ['schema'],
  });
  return {
    count: (kind, outcome) => tasks.inc({ schema, kind, outcome }),
    failedRound: () => failures.inc({ schema }),
    oldest: (dueMs = Number.POSITIVE_INFINITY, nowMs) =>
      overdue.set({ schema }, Math.max(0, nowMs - dueMs) / 1_000),
  };
}
