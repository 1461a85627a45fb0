import { after } from 'node:test';
import { openRedis } from '../engines/redis.ts';
import { startRealRedis } from '../testing/real-redis.ts';
import { startRealRedisCluster } from '../testing/real-redis-cluster.ts';
import { describeInterleavings } from './interleavings.contract.ts';

const PATIENCE_MS = 10_000;
const servers: { stop(): Promise<void> }[] = [];
after(() => Promise.all(servers.map((server) => server.stop())));

describeInterleavings('on a server', async () => {
  const server = await startRealRedis();
  servers.push(server);
  return openRedis({ url: server.url, commandTimeoutMs: PATIENCE_MS });
});

describeInterleavings('on a cluster', async () => {
  const cluster = await startRealRedisCluster();
  servers.push(cluster);
  return openRedis({ url: cluster.url, commandTimeoutMs: PATIENCE_MS });
});
