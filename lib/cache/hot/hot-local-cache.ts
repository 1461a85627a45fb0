import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock/clock.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { LocalCache, LocalEntry } from '../local-cache.ts';
import { HeavyKeeper, type HotKey } from './heavy-keeper.ts';

/** A local cache that knows which keys are hot. */
export interface HotLocalCache extends LocalCache {
  /** The hottest keys, the most read first. */
  hottest(maxKeys: number): readonly HotKey[];
  /** Takes the keys for hot from now on, until they are read too little. */
  heat(keys: readonly string[]): void;
  /** Drops everything, and takes its gauges out of the metrics. */
  stop(): void;
}

export interface HotLocalCacheOptions {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly service: string;
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Hot keys, and entries, at most. Default 1,000. */
  readonly maxEntries?: number;
  /** Of all keys and values, as they are encoded. Default: 16 MiB. */
  readonly maxBytes?: number;
  /** Reads, some 20 seconds long, from which on a key can be hot. Default 10. */
  readonly minReads?: number;
  /** How long an entry is fresh, 5 % more or less. Default: 3 seconds. */
  readonly ttlMs?: number;
  /** Drops that are remembered one by one. Default 10,000. */
  readonly maxDrops?: number;
}

const TTL_MS = 3_000;
/** How long it is kept, for when nothing else can be had. */
const MAX_STALE_MS = 10 * 60_000;
const JITTER = 0.05;
const FADE_MS = 10_000;
/** After so many halvings every count is 0. */
const MAX_FADINGS = 32;

/** Why entries were dropped: their key was written, is not hot any more, or writes may have been missed. */
type DropReason = 'written' | 'cold' | 'all';

interface Kept {
  readonly entry: LocalEntry;
  readonly putAtMs: number;
  freshUntilMs: number;
}

/**
 * Keeps the values of the hottest keys, of about 20 seconds: their counts are halved each 10, by whoever reads first after
 * that. All reads count, those that it answered too.
 *
 * A value that was read before its key was dropped may come to be kept after it, and would be answered until it is not
 * fresh any more. So each drop raises the moment, and what was read before its key's last drop is refused. Only so many
 * drops are remembered: when the oldest is forgotten, everything that was read before it is refused, whatever its key,
 * because its key might be the forgotten one.
 */
export function createHotLocalCache(options: HotLocalCacheOptions): HotLocalCache {
  const { clock, metrics, service, random = Math.random, maxEntries = 1_000 } = options;
  const { maxBytes = 16 * 1_024 * 1_024, minReads = 10, maxDrops = 10_000, ttlMs = TTL_MS } = options;
  const hot = new HeavyKeeper({ k: maxEntries, minCount: minReads, random });
  const entries = new LRUCache<string, Kept>({ max: maxEntries, maxSize: maxBytes });
  /** The moment of each key's last drop, in the order of the moments. */
  const drops = new Map<string, number>();
  let moment = 0;
  /** What was read before this moment is refused. */
  let floor = 0;
  let fadedAtMs = clock.now();

  const dropped = metrics.counter({
    name: 'tiffin_cache_local_drops_total',
    help: 'Entries that a process dropped: their key was written, is not hot any more (cold), or all were, as writes may have been missed.',
    labelNames: ['service', 'reason'],
  });
  const entryCount = metrics.gauge({
    name: 'tiffin_cache_local_entries',
    help: 'Entries that this process keeps for itself.',
    labelNames: ['service'],
  });
  const entryBytes = metrics.gauge({
    name: 'tiffin_cache_local_bytes',
    help: 'Keys and encoded values that this process keeps for itself.',
    labelNames: ['service'],
  });
  const measure = () => {
    entryCount.set({ service }, entries.size);
    entryBytes.set({ service }, entries.calculatedSize);
  };
  const removeUpdate = metrics.beforeText(measure);

  function remove(key: string, reason: DropReason): void {
    if (entries.delete(key)) dropped.inc({ service, reason });
  }

  function count(key: string): void {
    const { expelled } = hot.add(key);
    if (expelled !== undefined) remove(expelled, 'cold');
  }

  function fade(nowMs: number): void {
    const periods = Math.floor((nowMs - fadedAtMs) / FADE_MS);
    if (periods === 0) return;
    // The clock may have been set back.
    fadedAtMs = periods < 0 ? nowMs : fadedAtMs + periods * FADE_MS;
    for (let times = Math.min(periods, MAX_FADINGS); times > 0; times--)
      for (const key of hot.fading()) remove(key, 'cold');
  }

  /** What is kept and not too old. What was put in the future was put before the clock was set back. */
  function keptSince(key: string, nowMs: number): Kept | undefined {
    const kept = entries.get(key);
    return kept && kept.putAtMs <= nowMs && nowMs < kept.putAtMs + MAX_STALE_MS ? kept : undefined;
  }

  /** Nothing is fresh any more. All of it stays for a time of need: most often Redis is away, and nobody else has it. */
  function dropAll(): void {
    moment++;
    floor = moment;
    drops.clear();
    const nowMs = clock.now();
    let fresh = 0;
    for (const kept of entries.values()) {
      if (kept.freshUntilMs > nowMs) fresh++;
      kept.freshUntilMs = Number.NEGATIVE_INFINITY;
    }
    if (fresh > 0) dropped.inc({ service, reason: 'all' }, fresh);
  }

  return {
    get(key) {
      const nowMs = clock.now();
      fade(nowMs);
      count(key);
      const kept = keptSince(key, nowMs);
      return kept && nowMs < kept.freshUntilMs ? kept.entry : undefined;
    },
    getStale: (key) => keptSince(key, clock.now())?.entry,
    get moment() {
      return moment;
    },
    put(key, entry, bytes, readMoment) {
      if (readMoment < floor || readMoment < (drops.get(key) ?? 0) || !hot.has(key)) return;
      const putAtMs = clock.now();
      const freshUntilMs = putAtMs + ttlMs * (1 - JITTER + 2 * JITTER * random());
      entries.set(key, { entry, putAtMs, freshUntilMs }, { size: key.length + bytes });
    },
    drop(keys) {
      moment++;
      for (const key of keys) {
        remove(key, 'written');
        drops.delete(key);
        drops.set(key, moment);
      }
      for (const [key, droppedAt] of drops) {
        if (drops.size <= maxDrops) return;
        drops.delete(key);
        floor = droppedAt;
      }
    },
    dropAll,
    hottest: (maxKeys) => hot.list().slice(0, maxKeys),
    heat(keys) {
      for (const key of keys) for (let times = 0; times < minReads; times++) count(key);
    },
    stop() {
      dropAll();
      entries.clear();
      measure();
      removeUpdate();
    },
  };
}
