/** When a request of an open loop is due, in ms on the clock of `startedAtMs`. */
export function dueAtMs(startedAtMs: number, index: number, requestsPerSecond: number): number {
  return startedAtMs + (index / requestsPerSecond) * 1_000;
}

/** The times of a request, in ms on one clock. */
export interface RequestTimes {
  readonly dueAt: number;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * How long an answer took, in ms: from when its request was due, as one that had to wait for its turn has been waited for,
 * too. Timers are exact to a millisecond: a request that was sent before it was due is timed from then.
 */
export function latencyMs({ dueAt, sentAt, answeredAt }: RequestTimes): number {
  return answeredAt - Math.min(dueAt, sentAt);
}

/** What so great a share of the values stays below; 0 where there are none. `share` is from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
