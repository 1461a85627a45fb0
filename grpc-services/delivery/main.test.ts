import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { openDatabase } from '@tiffin/lib/engines/database';
import { openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { openIdGenerator } from '@tiffin/lib/ids/id-generator';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Platform } from '@tiffin/lib/service/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { emptyCluster } from '@tiffin/lib/testing/empty-cluster';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import {
  DeliveryAdminServiceService,
  DeliveryServiceService,
} from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { deliveryChanged } from '@tiffin/proto/topics/delivery-topics';
import { orderPaid } from '@tiffin/proto/topics/order-topics';
import { customer, paidOrder } from './delivery-test-bed.ts';
import { start } from './main.ts';

test('a paid order gets a courier of the sandbox, which is told, and everything is given back at the stop', async () => {
  const embedded = await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
  const clock = new VirtualClock();
  const sent: Event[] = [];
  const platform: Partial<Platform> = {
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    demoData: true,
    openDatabase: (options) => openDatabase({ ...options, embedded }),
    openIds: (database) => openIdGenerator({ database, clock }),
    bus: {
      async send(events) {
        sent.push(...events);
        return events.map(() => ({ kind: 'sent' as const }));
      },
    },
  };
  const service = await start(platform as Platform);
  assert.deepEqual(
    service.rpc.map(({ definition }) => definition),
    [DeliveryServiceService, DeliveryAdminServiceService],
  );
  assert.deepEqual(
    service.jobs?.map(({ consumer, topic }) => [consumer, topic.name]),
    [['delivery.orders', orderPaid.name]],
  );
  assert.deepEqual(
    service.tasks?.map(({ name }) => name),
    ['send events', 'call couriers', 'delete expired keys', 'forget handled events', 'audit'],
  );

  await service.jobs?.[0]?.handle(paidOrder('17'));
  const stop = new AbortController();
  const running = service.tasks?.map((task) => task.run(stop.signal)) ?? [];
  for (let turn = 0; sent.length === 0 && turn < 2_000; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(10);
  }
  stop.abort();
  await Promise.all(running);
  const [event] = sent;
  assert.equal(event?.type, deliveryChanged.name);
  const api = service.rpc[0]?.handlers as unknown as RpcClient<DeliveryServiceService>;
  const { deliveries } = await api.batchGetOrderDeliveries({ orderIds: ['17'] }, callBy(customer));
  const delivery = deliveries[0]?.delivery;
  assert.equal(event?.aggregateId, delivery?.id);
  assert.equal(delivery?.status, 'DELIVERY_STATUS_ASSIGNED');
  assert.match(delivery?.courierName ?? '', /^\w+ \w\.$/);

  await service.stop();
  await assert.rejects(Promise.resolve(service.jobs?.[0]?.handle(paidOrder('18'))), {
    name: 'WorkerLeaseLost',
  });
  await embedded.close();
});
