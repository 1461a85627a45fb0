import { randomUUID } from 'node:crypto';
import { type Cache, createCache } from '../cache/cache.ts';
import { createCacheMetrics } from '../cache/cache-metrics.ts';
import { cacheVariables } from '../cache/cache-variables.ts';
import { createStaleKeyDeleter } from '../cache/delete-stale-keys.ts';
import { createHotKeyList, recordHotKeys } from '../cache/hot/hot-key-list.ts';
import { createHotLocalCache } from '../cache/hot/hot-local-cache.ts';
import { type WarmKind, warmUp } from '../cache/hot/warm-up.ts';
import { noLocalCache } from '../cache/local-cache.ts';
import { createRedisCacheStore } from '../cache/redis-cache-store.ts';
import { createStaleChannel } from '../cache/stale-channel.ts';
import { StoreSwitch } from '../cache/store-switch.ts';
import { sweepsStaleKeys } from '../cache/sweep-stale-keys.ts';
import { loadConfig } from '../config/config.ts';
import type { Database } from '../engines/database.ts';
import { TaskScope } from '../lifecycle/task-scope.ts';
import { TokenBucket } from '../resilience/token-bucket.ts';
import type { Platform } from './service.ts';
import type { ServiceTask } from './service-task.ts';

/** A service's cache, and what keeps it true. */
export interface OpenedCache {
  readonly cache: Pick<Cache, 'find'>;
  /** For `openDatabase`: deletes what a commit has made stale. */
  onStaleKeys(keys: readonly string[]): Promise<void>;
  /** What the service does by itself about the marks in its database, which has the table of `staleKeysSql`. */
  tasks(database: Pick<Database, 'query' | 'schema'>): ServiceTask[];
  /** Reads the values that were hottest lately. The service is not ready before it resolves; it never rejects. */
  warmUp(kinds: readonly WarmKind[]): Promise<void>;
  /** After the last commit, before the engines close. */
  stop(): Promise<void>;
}

/** Opens the cache of a service before its database, whose commits it is told of. */
export async function openCache(
  { clock, logger, metrics, env, redis }: Pick<Platform, 'clock' | 'logger' | 'metrics' | 'env' | 'redis'>,
  service: string,
): Promise<OpenedCache> {
  const { CACHE: use, CACHE_FALLBACK_READS: readsPerSecond } = loadConfig(cacheVariables, env);
  const store = createRedisCacheStore(redis());
  const storeSwitch = new StoreSwitch(clock);
  const cacheMetrics = createCacheMetrics(metrics, service, clock);
  const hot = use === 'on' ? createHotLocalCache({ clock, metrics, service }) : undefined;
  const local = hot ?? noLocalCache;
  const cache = createCache({
    clock,
    store: use === 'off' ? undefined : store,
    storeSwitch,
    local,
    limiter: new TokenBucket({
      clock,
      refillPerSecond: readsPerSecond,
      capacity: Math.max(1, readsPerSecond / 10),
    }),
    metrics: cacheMetrics,
    logger,
  });
  const channel = createStaleChannel({
    redis: redis(),
    service,
    publisherId: randomUUID(),
    clock,
    logger,
    cache,
    metrics: cacheMetrics,
  });
  const hotKeys = createHotKeyList(redis(), service, clock);
  const background = new TaskScope({ clock, logger, metrics });
  const deleter = createStaleKeyDeleter({
    service,
    clock,
    cache,
    store,
    storeSwitch,
    cacheMetrics,
    metrics,
    logger,
    publish: channel.publish,
  });
  // Whoever reads nothing has nothing to be told of.
  if (use !== 'off') await channel.start();
  if (hot) recordHotKeys(background, hot, hotKeys);
  return {
    cache,
    onStaleKeys: (keys) => deleter.delete(keys, clock.now()),
    tasks: (database) => [sweepsStaleKeys({ database, deleter, clock, logger, metrics })],
    async warmUp(kinds) {
      if (hot) await warmUp(kinds, { service, clock, logger, cache, local: hot, list: hotKeys });
    },
    async stop() {
      await background.stop();
      await deleter.stop();
      await channel.stop();
      await cache.stop();
      hot?.stop();
    },
  };
}
