import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Platform } from '@tiffin/lib/service/service';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { AccessServiceService } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { orderedOften } from './access-test-bed.ts';
import { start } from './main.ts';

test('the service starts without a database, and says who may take part', async () => {
  const redis = await openRedis({ keyspace: randomUUID() });
  const neighbours = { batchCountCompletedOrders: async () => ({ counts: [2] }) };
  const platform: Partial<Platform> = {
    clock: new VirtualClock(),
    redis: () => redis,
    client: <Service>() => neighbours as unknown as RpcClient<Service>,
  };
  const service = await start(platform as Platform);
  assert.deepEqual(
    service.rpc.map(({ definition }) => definition),
    [AccessServiceService],
  );
  const api = service.rpc[0]?.handlers as unknown as RpcClient<AccessServiceService>;
  const question = { flashSaleId: '5', version: 1, userId: '17', rules: [orderedOften(2)] };
  assert.equal((await api.checkAccess(question, callBy(ownProcess))).isAllowed, true);
  await service.stop();
  await closeRedis(redis);
});
