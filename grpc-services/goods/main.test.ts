import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { openDatabase } from '@tiffin/lib/engines/database';
import { openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';
import { silentProgress } from '@tiffin/lib/service/progress';
import type { Platform } from '@tiffin/lib/service/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { emptyCluster } from '@tiffin/lib/testing/empty-cluster';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { GoodsAdminServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import { goodsKey } from './data/keys.ts';
import { fakeShops } from './goods-test-bed.ts';
import { start } from './main.ts';

test('the service starts on empty tables, with and without demo data, and stops', async () => {
  for (const demoData of [true, false]) {
    const embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
    const redis = await openRedis({ keyspace: `goods-main-${demoData}` });
    const service = await start({
      clock: new VirtualClock(),
      logger: silentLogger,
      metrics: createMetrics(),
      env: {},
      redis: () => redis,
      demoData,
      progress: () => silentProgress,
      openDatabase: (options) => openDatabase({ ...options, embedded }),
      openIds: async () => ({ nextId: async () => 1n, stop: async () => {} }),
      client: () => ({
        ...fakeShops({ ping: async () => {} }),
        listHot: async () => ({ targetIds: [String(demoId('goods', 2))] }),
      }),
    } as Partial<Platform> as Platform);
    const hot = await redis.exists(goodsKey(String(demoId('goods', 2))));
    assert.equal(hot, 1, 'what users look at most is in the cache before anybody asks');

    const [api, admin, stock] = service.rpc;
    assert.equal(api?.definition, GoodsServiceService);
    assert.equal(admin?.definition, GoodsAdminServiceService);
    assert.equal(stock?.definition, StockServiceService);
    const request = { ids: [String(demoId('goods', 1))] };
    const answer = await api?.handlers['batchGetGoods']?.(request as never, callBy() as never);
    const { goods } = answer as { goods: { goods?: { shopId: string } }[] };
    assert.equal(goods[0]?.goods?.shopId, demoData ? String(demoId('shop', 1)) : undefined);
    await service.stop();
    await closeRedis(redis);
    await embedded.close();
  }
});
