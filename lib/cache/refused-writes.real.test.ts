import { closeRedis, openRedis, type RedisClient } from '../engines/redis.ts';
import { startRealRedis } from '../testing/real-redis.ts';
import { createRedisCacheStore } from './redis-cache-store.ts';
import { describeRefusedWrites, type RefusingBed } from './refused-writes.contract.ts';

const PATIENCE_MS = 10_000;

/** On a server of which `refuse` has writes refused. */
async function openServer(
  refuse: (redis: RedisClient, isRefusing: boolean) => Promise<unknown>,
): Promise<RefusingBed> {
  const server = await startRealRedis();
  const redis = await openRedis({ url: server.url, commandTimeoutMs: PATIENCE_MS });
  return {
    store: createRedisCacheStore(redis),
    refuse: (isRefusing) => refuse(redis, isRefusing),
    empty: () => redis.flushall(),
    async close() {
      await closeRedis(redis);
      await server.stop();
    },
  };
}

describeRefusedWrites('a server without enough replicas', () =>
  openServer((redis, isRefusing) => redis.call('CONFIG', 'SET', 'min-replicas-to-write', isRefusing ? 1 : 0)),
);

describeRefusedWrites('a server that was demoted', () =>
  openServer((redis, isRefusing) =>
    isRefusing ? redis.call('REPLICAOF', '127.0.0.1', 1) : redis.call('REPLICAOF', 'NO', 'ONE'),
  ),
);
