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
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { insertReview } from './data/review-store.ts';
import { lockShop } from './data/shop-store.ts';
import { callByCustomer, createShopTestBed, merchant, type ShopTestBed } from './shop-test-bed.ts';

let postgres: RealPostgres;
let bed: ShopTestBed;
let transport: ReturnType<typeof createInProcessTransport>;
const observe = { clock: systemClock, metrics: createRpcMetrics(createMetrics()), logger: silentLogger };
before(async () => {
  postgres = await createRealPostgres();
  bed = await createShopTestBed(postgres);
  const services = [bindRpc(ShopAdminServiceService, bed.admin), bindRpc(ShopServiceService, bed.api)];
  const server = createRpcServer({ services, declaredCodes: rpcErrorCodes, ...observe });
  transport = createInProcessTransport(server);
});
after(async () => {
  transport.close();
  await bed.stop();
  await postgres.drop();
});

test('a row that somebody else holds for too long makes the rpc UNAVAILABLE, not INTERNAL', async () => {
  const client = createRpcClient(ShopAdminServiceService, transport, { ...observe, timeoutMs: 60_000 });
  const [shopId = ''] = await bed.addShops({});
  const open = () => client.openShop({ idempotencyKey: newKey(), shopId }, callBy(merchant));
  await bed.deps.database.transaction(async (em) => {
    await lockShop(em, shopId);
    // Another connection waits for the row until the server's statement time-out ends it.
    await assert.rejects(open(), failsWith('UNAVAILABLE', { retryAfterMs: 1_000 }));
  });
  assert.equal((await open()).shop?.status, 'SHOP_STATUS_OPEN');
});

test('a review of a shop that is locked for too long is UNAVAILABLE, and counts once when repeated', async () => {
  const client = createRpcClient(ShopServiceService, transport, { ...observe, timeoutMs: 60_000 });
  const [shopId = ''] = await bed.addShops({});
  const review = { idempotencyKey: newKey(), shopId, stars: 4, text: '' };
  const add = () => client.addReview(review, callByCustomer('1'));
  await bed.deps.database.transaction(async (em) => {
    await lockShop(em, shopId);
    // It waits in its commit, which no statement time-out ends.
    await assert.rejects(add(), failsWith('UNAVAILABLE', { retryAfterMs: 1_000 }));
  });
  assert.deepEqual((await bed.getShop(shopId)).rating, { averageHundredths: 0, reviewCount: 0 });
  const { review: added } = await add();
  assert.deepEqual((await add()).review, added);
  assert.deepEqual((await bed.getShop(shopId)).rating, { averageHundredths: 400, reviewCount: 1 });
});

test('a review that is being written keeps nobody else from reviewing the shop', async () => {
  const [shopId = ''] = await bed.addShops({});
  const review = { shopId, stars: 5, text: '' };
  await bed.deps.database.transaction(async (em) => {
    assert.ok(await insertReview(em, { ...review, id: '77', authorId: '2', createdAt: new Date(0) }));
    await bed.api.addReview({ ...review, idempotencyKey: newKey() }, callByCustomer('3'));
    assert.equal((await bed.getShop(shopId)).rating?.reviewCount, 1);
  });
  assert.equal((await bed.getShop(shopId)).rating?.reviewCount, 2);
});
