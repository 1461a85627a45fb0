import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import { openDatabase } from '@tiffin/lib/engines/database';
import { openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';
import { openIdGenerator } from '@tiffin/lib/ids/id-generator';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Platform } from '@tiffin/lib/service/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { emptyCluster } from '@tiffin/lib/testing/empty-cluster';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { OrderAdminServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order_admin';
import { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { start } from './main.ts';
import { addressId, customer, home, openShopId } from './neighbours-test-bed.ts';
import { cartOf } from './order-test-bed.ts';

test('the service starts on empty tables, takes an order, and gives everything back at its stop', async () => {
  const embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
  const price = { amountCents: 450, currency: 'EUR' };
  const neighbours = {
    batchGetShops: async () => ({
      shops: [{ shop: Shop.fromPartial({ id: openShopId, status: 'SHOP_STATUS_OPEN' }) }],
    }),
    batchGetGoods: async () => ({ goods: [{ goods: { id: '5', shopId: openShopId, price } }] }),
    batchGetAddresses: async () => ({
      addresses: [{ address: { id: addressId, userId: customer.userId, lines: home } }],
    }),
    reserveStock: async () => ({}),
  };
  const redis = await openRedis({ keyspace: randomUUID() });
  const platform: Partial<Platform> = {
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
    demoData: false,
    openDatabase: (options) => openDatabase({ ...options, embedded }),
    redis: () => redis,
    openIds: (database) => openIdGenerator({ database, clock: systemClock }),
    client: <Service>() => neighbours as unknown as RpcClient<Service>,
  };
  const service = await start(platform as Platform);
  assert.deepEqual(
    service.rpc.map(({ definition }) => definition),
    [OrderServiceService, OrderAdminServiceService],
  );
  assert.deepEqual(
    service.jobs?.map(({ consumer, topic }) => [consumer, topic.name]),
    [
      ['order.deliveries', 'delivery.changed.v1'],
      ['order.flash-sales', 'flashsale.joined.v1'],
    ],
  );
  assert.deepEqual(service.tasks?.map(({ name }) => name).sort(), [
    'audit',
    'count stuck transactions',
    'delayed tasks',
    'delete expired keys',
    'finish transactions',
    'forget ended transactions',
    'forget handled events',
    'send events',
  ]);
  const api = service.rpc[0]?.handlers as unknown as RpcClient<typeof OrderServiceService>;
  const { order } = await api.placeOrder(cartOf(['5']), callBy(customer));
  const { orders } = await api.batchGetOrders({ ids: [order?.id ?? ''] }, callBy(customer));
  assert.deepEqual(orders, [{ order }]);
  await service.stop();
  await assert.rejects(api.placeOrder(cartOf(['5']), callBy(customer)), { name: 'WorkerLeaseLost' });
  await closeRedis(redis);
  await embedded.close();
});
