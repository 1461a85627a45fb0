import { openRedis } from '@tiffin/lib/engines/redis';
import { describeSaleCounters } from './sale-counters.contract.ts';

describeSaleCounters('inside this process', async () => ({
  open: () => openRedis({ keyspace: 'sale-counters' }),
  async close() {},
}));
