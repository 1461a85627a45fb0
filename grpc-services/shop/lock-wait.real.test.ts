import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import { createInProcessTransport } from '@tiffin/lib/rpc/in-process-transport';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { createRpcClient } from '@tiffin/lib/rpc/rpc-client';
import { createRpcMetrics } from '@tiffin/lib/rpc/rpc-metrics';
import { createRpcServer } from '@tiffin/lib/rpc/rpc-server';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { rpcErrorCodes } from '@tiffin/proto/gen/rpc-error-codes';
import { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { lockShop } from './data/shop-store.ts';
import { createShopTestBed, merchant, type ShopTestBed } from './shop-test-bed.ts';

let postgres: RealPostgres;
let bed: ShopTestBed;
before(async () => {
  postgres = await createRealPostgres();
  bed = await createShopTestBed(postgres);
});
after(async () => {
  await bed.stop();
  await postgres.drop();
});

test('a row that somebody else holds for too long makes the rpc UNAVAILABLE, not INTERNAL', async () => {
  const observe = { clock: systemClock, metrics: createRpcMetrics(createMetrics()), logger: silentLogger };
  const services = [bindRpc(ShopAdminServiceService, bed.admin)];
  const server = createRpcServer({ services, declaredCodes: rpcErrorCodes, ...observe });
  const transport = createInProcessTransport(server);
  const client = createRpcClient(ShopAdminServiceService, transport, { ...observe, timeoutMs: 60_000 });

  const [shopId = ''] = await bed.addShops({});
  const open = () => client.openShop({ idempotencyKey: newKey(), shopId }, callBy(merchant));
  await bed.deps.database.transaction(async (em) => {
    await lockShop(em, shopId);
    // Another connection waits for the row until the server's statement time-out ends it.
    await assert.rejects(open(), failsWith('UNAVAILABLE', { retryAfterMs: 1_000 }));
  });
  assert.equal((await open()).shop?.status, 'SHOP_STATUS_OPEN');
  transport.close();
});
