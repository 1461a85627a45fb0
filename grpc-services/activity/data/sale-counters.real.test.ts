import { openRedis } from '@tiffin/lib/engines/redis';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { startRealRedisCluster } from '@tiffin/lib/testing/real-redis-cluster';
import { describeSaleCounters } from './sale-counters.contract.ts';

const PATIENCE_MS = 10_000;

describeSaleCounters('a server', async () => {
  const server = await startRealRedis();
  return {
    open: () => openRedis({ url: server.url, commandTimeoutMs: PATIENCE_MS }),
    close: () => server.stop(),
  };
});

describeSaleCounters('a cluster', async () => {
  const cluster = await startRealRedisCluster();
  return {
    open: () => openRedis({ url: cluster.url, commandTimeoutMs: PATIENCE_MS }),
    close: () => cluster.stop(),
  };
});
