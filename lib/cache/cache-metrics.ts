import type { Clock } from '../clock/clock.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Where the answer to a key came from. `shared`: from the flight of another reader. `stale`: for want of better. */
export type ReadOutcome = 'local' | 'shared' | 'hit' | 'absent' | 'miss' | 'stale';

/** What a cache counts. */
export interface CacheMetrics {
  read(kind: string, outcome: ReadOutcome, keys: number): void;
  /** A load begins, for so many keys. */
  loading(kind: string, keys: number): void;
  /** What became of fills: whether each one's lease still stood. */
  filled(kind: string, written: readonly boolean[]): void;
  /** Keys that nobody could be asked for. */
  refused(kind: string, keys: number): void;
  undecodable(kind: string, keys: number): void;
  tooLarge(kind: string): void;
  /** The store did not answer. */
  failed(what: string): void;
  /** A value that was read at `readAtMs` is answered now, and not as a degraded one. */
  served(key: string, readAtMs: number): void;
  /** The key was written at `writtenAtMs`: whatever was served since, and read before, was that much too old. */
  written(key: string, writtenAtMs: number): void;
}

/** Keys whose last answer is remembered, for the staleness. */
const MAX_SERVED = 10_000;
const STALENESS_BUCKETS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30];

export function createCacheMetrics(metrics: Metrics, service: string, clock: Clock): CacheMetrics {
  const reads = metrics.counter({
    name: 'tiffin_cache_reads_total',
    help: 'Keys that were asked for, by where the answer came from.',
    labelNames: ['service', 'kind', 'outcome'],
  });
  const loads = metrics.counter({
    name: 'tiffin_cache_loads_total',
    help: 'Loads from the database, one statement each.',
    labelNames: ['service', 'kind'],
  });
  const loadedKeys = metrics.counter({
    name: 'tiffin_cache_loaded_keys_total',
    help: 'Keys that loads asked the database for.',
    labelNames: ['service', 'kind'],
  });
  const fills = metrics.counter({
    name: 'tiffin_cache_fills_total',
    help: 'Values offered to the cache, by whether the lease still stood: `late` ones met a write on their way.',
    labelNames: ['service', 'kind', 'outcome'],
  });
  const refusals = metrics.counter({
    name: 'tiffin_cache_refused_keys_total',
    help: 'Keys that could not be looked up: the cache was away, and the database had its share of reads.',
    labelNames: ['service', 'kind'],
  });
  const undecodable = metrics.counter({
    name: 'tiffin_cache_undecodable_total',
    help: 'Values that could not be read, and were dropped.',
    labelNames: ['service', 'kind'],
  });
  const tooLarge = metrics.counter({
    name: 'tiffin_cache_too_large_total',
    help: 'Values that were not kept for their size.',
    labelNames: ['service', 'kind'],
  });
  const failures = metrics.counter({
    name: 'tiffin_cache_failures_total',
    help: 'Questions that the cache did not answer in time, or at all.',
    labelNames: ['service', 'question'],
  });
  const staleness = metrics.histogram({
    name: 'tiffin_cache_staleness_seconds',
    help: 'How long after a write an older value was still answered; writes after which none was are not in it.',
    buckets: STALENESS_BUCKETS_SECONDS,
    labelNames: ['service'],
  });
  /** By key, the last answer: when, and how new. In the order of the answers. */
  const lastServed = new Map<string, { readonly servedAtMs: number; readonly readAtMs: number }>();

  return {
    read(kind, outcome, keys) {
      if (keys > 0) reads.inc({ service, kind, outcome }, keys);
    },
    loading(kind, keys) {
      loads.inc({ service, kind });
      loadedKeys.inc({ service, kind }, keys);
    },
    filled(kind, written) {
      const kept = written.filter(Boolean).length;
      fills.inc({ service, kind, outcome: 'kept' }, kept);
      fills.inc({ service, kind, outcome: 'late' }, written.length - kept);
    },
    refused: (kind, keys) => refusals.inc({ service, kind }, keys),
    undecodable: (kind, keys) => undecodable.inc({ service, kind }, keys),
    tooLarge: (kind) => tooLarge.inc({ service, kind }),
    failed: (question) => failures.inc({ service, question }),
    served(key, readAtMs) {
      lastServed.delete(key);
      lastServed.set(key, { servedAtMs: clock.now(), readAtMs });
      if (lastServed.size <= MAX_SERVED) return;
      for (const oldest of lastServed.keys()) {
        lastServed.delete(oldest);
        return;
      }
    },
    written(key, writtenAtMs) {
      const last = lastServed.get(key);
      if (!last || last.readAtMs >= writtenAtMs) return;
      // Told once more of the same write, by a retry or a sweep, it counts only what was served since.
      lastServed.delete(key);
      if (last.servedAtMs > writtenAtMs)
        staleness.observe({ service }, (last.servedAtMs - writtenAtMs) / 1_000);
    },
  };
}
