import type { RedisClient } from '../../engines/redis.ts';
import type { CacheStore } from '../cache-store.ts';

/** No lease is asked for: everybody may fill. */
const lease = async (keys: readonly string[]) => keys.map(() => true);

/** The rule of most caches, for tests that must fail with it: a reader puts down what it has read. */
export function setexStore(redis: RedisClient, { getMany, delete: deleteAll }: CacheStore): CacheStore {
  return {
    getMany,
    lease,
    delete: deleteAll,
    fill: (fills) =>
      Promise.all(
        fills.map(async ({ key, entry, ttlMs }) => (await redis.set(key, entry, 'PX', ttlMs)) === 'OK'),
      ),
  };
}

/** The rule of the more careful ones, for tests that must fail with it: only where nothing lies. */
export function setnxStore(redis: RedisClient, { getMany, delete: deleteAll }: CacheStore): CacheStore {
  return {
    getMany,
    lease,
    delete: deleteAll,
    fill: (fills) =>
      Promise.all(
        fills.map(async ({ key, entry, ttlMs }) => (await redis.set(key, entry, 'PX', ttlMs, 'NX')) === 'OK'),
      ),
  };
}
