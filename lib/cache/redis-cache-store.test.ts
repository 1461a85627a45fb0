import { openRedis } from '../engines/redis.ts';
import { describeRedisCacheStore } from './redis-cache-store.contract.ts';

describeRedisCacheStore('inside this process', async () => ({
  open: () => openRedis({ keyspace: 'cache-store' }),
  async close() {},
}));
