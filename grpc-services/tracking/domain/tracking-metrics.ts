import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import type { RingKind } from '../data/keys.ts';

/** Numbers about what may be lost after Kafka; what is lost before it is in `tiffin_lossy_events_total`. */
export interface TrackingMetrics {
  /** An event that says nothing: an odd kind, or something that is no id. */
  odd(): void;
  /** These are in Redis and not in the database yet, the oldest for so long. */
  dirty(kind: RingKind, count: number, oldestAgeMs: number): void;
  written(kind: RingKind, count: number): void;
  /** Redis forgot these before they were written. */
  lost(kind: RingKind, count: number): void;
  /** Counts of what does not exist: they are kept nowhere. */
  unknown(count: number): void;
  /** A read did without Redis. */
  withoutRedis(): void;
}

export function createTrackingMetrics(metrics: Metrics): TrackingMetrics {
  const odd = metrics.counter({
    name: 'tiffin_tracking_odd_events_total',
    help: 'Events of users that said nothing and were left out.',
  });
  const dirty = metrics.gauge({
    name: 'tiffin_tracking_dirty',
    help: 'Users, and counts of a day, that Redis knows better than the database.',
    labelNames: ['kind'],
  });
  const oldest = metrics.gauge({
    name: 'tiffin_tracking_oldest_dirty_seconds',
    help: 'For how long the oldest of them has been in Redis alone: what is lost when Redis is.',
    labelNames: ['kind'],
  });
  const written = metrics.counter({
    name: 'tiffin_tracking_written_total',
    help: 'Users, and counts of a day, written from Redis to the database.',
    labelNames: ['kind'],
  });
  const lost = metrics.counter({
    name: 'tiffin_tracking_lost_total',
    help: 'Users, and counts of a day, that Redis forgot before they were in the database.',
    labelNames: ['kind'],
  });
  const unknown = metrics.counter({
    name: 'tiffin_tracking_unknown_targets_total',
    help: 'Counts of a day that were thrown away, because nothing has such an id.',
  });
  const withoutRedis = metrics.counter({
    name: 'tiffin_tracking_reads_without_redis_total',
    help: 'Histories that were read from the database alone: they may lack the latest seconds.',
  });
  return {
    odd: () => odd.inc({}),
    dirty(kind, count, oldestAgeMs) {
      dirty.set({ kind }, count);
      oldest.set({ kind }, oldestAgeMs / 1_000);
    },
    written: (kind, count) => written.inc({ kind }, count),
    lost: (kind, count) => lost.inc({ kind }, count),
    unknown: (count) => unknown.inc({}, count),
    withoutRedis: () => withoutRedis.inc({}),
  };
}
