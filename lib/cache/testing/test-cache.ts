import { randomUUID } from 'node:crypto';
import { closeRedis, openRedis } from '../../engines/redis.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import type { Cache } from '../cache.ts';
import type { CacheStore } from '../cache-store.ts';
import { createStaleKeyDeleter } from '../delete-stale-keys.ts';
import { createRedisCacheStore } from '../redis-cache-store.ts';
import { StoreSwitch } from '../store-switch.ts';
import { openCacheBed } from './cache-bed.ts';
import { noCacheMetrics } from './no-metrics.ts';

/** A cache for the test bed of a service. */
export interface TestCache {
  readonly cache: Cache;
  /** For the database. */
  onStaleKeys(keys: readonly string[]): Promise<void>;
  /** What readers asked Redis, each a round trip; tests empty it. */
  readonly asked: (keyof CacheStore)[];
  /** What lies in Redis. */
  keys(): Promise<string[]>;
  /** How much longer a key lies there. */
  ttlMs(key: string): Promise<number>;
  /** Forgets everything. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/** Redis has as long as a busy machine may need: what becomes of late answers is tested elsewhere. */
const PATIENCE_MS = 10_000;

/** In a Redis inside this process, where no server is given. */
export async function openTestCache(server: { readonly url?: string } = {}): Promise<TestCache> {
  const redis = await openRedis({ ...server, commandTimeoutMs: PATIENCE_MS, keyspace: randomUUID() });
  const store = createRedisCacheStore(redis);
  const { cache, clock, asked } = openCacheBed(store);
  const deleter = createStaleKeyDeleter({
    service: 'test',
    clock,
    cache,
    store,
    storeSwitch: new StoreSwitch(clock),
    cacheMetrics: noCacheMetrics,
    metrics: createMetrics(),
    logger: silentLogger,
    publish: async () => {},
  });
  return {
    cache,
    onStaleKeys: (keys) => deleter.delete(keys, clock.now()),
    asked,
    keys: () => redis.keys('*'),
    ttlMs: (key) => redis.pttl(key),
    async empty() {
      await redis.flushall();
    },
    async stop() {
      await deleter.stop();
      await cache.stop();
      await closeRedis(redis);
    },
  };
}
