import type { Metrics } from '@tiffin/lib/telemetry/metrics';

/** What the filters of joins come to. */
export interface JoinMetrics {
  /** `outcome`: `passed`, or the code that whoever was turned away got. */
  filtered(filter: string, outcome: string, durationUs: number): void;
}

const BUCKETS_US = [2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 200_000, 1_000_000];

export function createJoinMetrics(metrics: Metrics): JoinMetrics {
  const outcomes = metrics.counter({
    name: 'tiffin_flash_sale_filter_total',
    help: 'Joins of flash sales that came to a filter, by what it answered.',
    labelNames: ['filter', 'outcome'],
  });
  const durations = metrics.histogram({
    name: 'tiffin_flash_sale_filter_microseconds',
    help: 'Time that a join spent in a filter.',
    labelNames: ['filter'],
    buckets: BUCKETS_US,
  });
  return {
    filtered(filter, outcome, durationUs) {
      outcomes.inc({ filter, outcome });
      durations.observe({ filter }, durationUs);
    },
  };
}
