import { closeRedis, openRedis } from '../engines/redis.ts';
import type { CacheStore } from './cache-store.ts';
import { createRedisCacheStore } from './redis-cache-store.ts';
import { describeRefusedWrites } from './refused-writes.contract.ts';

describeRefusedWrites('the one inside this process', async () => {
  const redis = await openRedis({ keyspace: 'refused-writes' });
  const real = createRedisCacheStore(redis);
  let isRefusing = false;
  const unlessRefused = async <Answer>(write: () => Promise<Answer>) => {
    if (isRefusing) throw new Error('NOREPLICAS');
    return write();
  };
  const store: CacheStore = {
    getMany: real.getMany,
    lease: (keys, lease, ttlMs) => unlessRefused(() => real.lease(keys, lease, ttlMs)),
    fill: (fills, lease) => unlessRefused(() => real.fill(fills, lease)),
    delete: (keys) => unlessRefused(() => real.delete(keys)),
  };
  return {
    store,
    async refuse(refuses) {
      isRefusing = refuses;
    },
    empty: () => redis.flushall(),
    close: () => closeRedis(redis),
  };
});
