import type { Clock } from '../../clock/clock.ts';
import type { Database } from '../../engines/database.ts';
import type { RedisClient } from '../../engines/redis.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { createCache } from '../cache.ts';
import { createStaleKeyDeleter, type StaleKeyDeleter } from '../delete-stale-keys.ts';
import { noLocalCache } from '../local-cache.ts';
import { createRedisCacheStore } from '../redis-cache-store.ts';
import { StoreSwitch } from '../store-switch.ts';
import { sweepsStaleKeys } from '../sweep-stale-keys.ts';
import { noCacheMetrics } from './no-metrics.ts';
import { jarKind, loadJars } from './pantry-bed.ts';

/** What becomes of a sweeper: a dead one does nothing more. */
export type SweeperFate = 'lives' | 'dies before the delete' | 'dies after the delete';

/** A process that reads jars through the cache. */
export interface PantryCache {
  readonly deleter: StaleKeyDeleter;
  /** What the cache says is in the jars; of a jar that there is not, nothing. */
  jams(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Those of the jars in which the cache sees something else than `jam`. */
  stale(ids: readonly string[], jam: string): Promise<string[]>;
  /** A sweeper, until it is stopped or dies in its first sweep. Returns its stop. */
  sweep(fate: SweeperFate): () => Promise<void>;
}

export function openPantryCache(options: {
  readonly database: Pick<Database, 'query' | 'schema'>;
  readonly redis: RedisClient;
  readonly clock: Clock;
  /** Of marks that are swept. */
  readonly minAgeMs?: number;
}): PantryCache {
  const { database, redis, clock, minAgeMs } = options;
  const store = createRedisCacheStore(redis);
  const storeSwitch = new StoreSwitch(clock);
  const metrics = createMetrics();
  const logger = silentLogger;
  const cache = createCache({
    clock,
    store,
    storeSwitch,
    local: noLocalCache,
    // Readers in a loop reach any bound on a machine that is fast enough; what bounds them is another test's.
    limiter: { take: () => true, retryAfterMs: 1 },
    metrics: noCacheMetrics,
    logger,
  });
  const deleter = createStaleKeyDeleter({
    service: 'pantry',
    clock,
    cache,
    store,
    storeSwitch,
    cacheMetrics: noCacheMetrics,
    metrics,
    logger,
    publish: async () => {},
  });
  const load = loadJars(database);
  const forEver = { deadlineMs: Number.MAX_SAFE_INTEGER };

  async function jams(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const jars = await cache.find(jarKind, ids, forEver, load);
    return new Map([...jars].map(([id, { jam }]) => [id, jam]));
  }

  return {
    deleter,
    jams,
    async stale(ids, jam) {
      const found = await jams(ids);
      return ids.filter((id) => found.get(id) !== jam);
    },
    sweep(fate) {
      const stop = new AbortController();
      const death = new Promise<boolean>(() => {});
      const attempt: StaleKeyDeleter['attempt'] = async (keys, writtenAtMs) => {
        if (fate === 'lives') return deleter.attempt(keys, writtenAtMs);
        if (fate === 'dies after the delete') await deleter.attempt(keys, writtenAtMs);
        return death;
      };
      const aged = minAgeMs === undefined ? {} : { minAgeMs };
      const done = sweepsStaleKeys({ database, deleter: { attempt }, clock, logger, metrics, ...aged }).run(
        stop.signal,
      );
      return async () => {
        stop.abort();
        if (fate === 'lives') await done;
      };
    },
  };
}
