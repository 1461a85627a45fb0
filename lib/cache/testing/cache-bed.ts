import { VirtualClock } from '../../clock/virtual-clock.ts';
import { TokenBucket } from '../../resilience/token-bucket.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { type Cache, type CacheOptions, type CacheReader, createCache } from '../cache.ts';
import { createCacheMetrics } from '../cache-metrics.ts';
import type { CacheStore } from '../cache-store.ts';
import { noLocalCache } from '../local-cache.ts';
import { StoreSwitch } from '../store-switch.ts';
import { type Thing, things } from './test-kind.ts';

/** A cache upon a store, and a database of things. */
export interface CacheBed {
  readonly clock: VirtualClock;
  readonly cache: Cache;
  /** What the database holds. */
  readonly rows: Map<string, Thing>;
  /** The ids of each load. */
  readonly loads: (readonly string[])[];
  /** The questions that the store was asked, each of them a round trip. */
  readonly asked: (keyof CacheStore)[];
  /** Set: what each question to the store fails with. */
  storeFault: Error | undefined;
  /** Set: what loads wait for after they have read. */
  loadGate: Promise<void> | undefined;
  find(ids: readonly string[], reader?: Partial<CacheReader>): Promise<ReadonlyMap<string, Thing>>;
  /** The value of a metric's line that has all of these labels, 0 where there is none. */
  metric(name: string, ...labels: readonly string[]): Promise<number>;
}

export function openCacheBed(store: CacheStore, options: Partial<CacheOptions> = {}): CacheBed {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const cache = createCache({
    clock,
    store: counted(store),
    storeSwitch: new StoreSwitch(clock),
    local: noLocalCache,
    limiter: new TokenBucket({ clock, refillPerSecond: 10, capacity: 3 }),
    metrics: createCacheMetrics(metrics, 'test', clock),
    logger: silentLogger,
    ...options,
  });
  const bed: CacheBed = {
    clock,
    cache,
    rows: new Map(),
    loads: [],
    asked: [],
    storeFault: undefined,
    loadGate: undefined,
    find: (ids, reader) => cache.find(things, ids, { deadlineMs: Number.MAX_SAFE_INTEGER, ...reader }, load),
    async metric(name, ...labels) {
      const lines = (await metrics.text()).split('\n');
      const line = lines.find(
        (each) => each.startsWith(`${name}{`) && labels.every((label) => each.includes(`="${label}"`)),
      );
      return Number(line?.split(' ').at(-1) ?? 0);
    },
  };

  async function load(ids: readonly string[]) {
    bed.loads.push(ids);
    const values = new Map<string, Thing>();
    for (const id of ids) {
      const row = bed.rows.get(id);
      if (row) values.set(id, structuredClone(row));
    }
    await bed.loadGate;
    return values;
  }

  function counted(real: CacheStore): CacheStore {
    const ask = async <Answer>(what: keyof CacheStore, question: () => Promise<Answer>) => {
      bed.asked.push(what);
      if (bed.storeFault) throw bed.storeFault;
      return question();
    };
    return {
      getMany: (keys) => ask('getMany', () => real.getMany(keys)),
      lease: (keys, lease, ttlMs) => ask('lease', () => real.lease(keys, lease, ttlMs)),
      fill: (fills, lease) => ask('fill', () => real.fill(fills, lease)),
      delete: (keys) => ask('delete', () => real.delete(keys)),
    };
  }
  return bed;
}
