import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RpcPath, rpcErrorCodes } from '@tiffin/proto/gen/rpc-error-codes';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import { RecordedCalls } from '../rpc/recorded-calls.ts';
import { bindRpc } from '../rpc/rpc-binding.ts';
import { createRpcServer } from '../rpc/rpc-server.ts';
import { testCall } from '../rpc/test-call.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createLinks } from './links.ts';

/** A shop service that refuses everything, and links to it. */
function setUp() {
  const clock = new VirtualClock();
  const recorded = new RecordedCalls();
  const observe = { clock, metrics: recorded.metrics, logger: silentLogger };
  const busy = () => Promise.reject(new AppError('UNAVAILABLE', { retryAfterMs: 0 }));
  const handlers = {
    listShops: busy,
    batchGetShops: busy,
    batchListShopReviews: busy,
    batchListUserReviews: busy,
    addReview: busy,
  };
  const services = [bindRpc(ShopServiceService, handlers)];
  const links = createLinks({
    ...observe,
    urlOf: () => undefined,
    tokens: { sign: async () => '' },
    timeoutMs: 1_000,
  });
  links.addService('shop', createRpcServer({ ...observe, services, declaredCodes: rpcErrorCodes }));
  const attempts = (path: RpcPath) =>
    recorded.calls.filter((call) => call.side === 'server' && call.path === path).length;
  return { clock, links, attempts };
}

test('rpcs that only read or carry a key are sent again, as the proto says', async () => {
  const { clock, links, attempts } = setUp();
  const shop = links.client(ShopServiceService);
  const { context } = testCall();
  const review = { shopId: '7', stars: 5, text: 'Good.' };
  const calls = [
    shop.batchGetShops({ ids: ['1'] }, context),
    shop.addReview({ ...review, idempotencyKey: 'key-0001' }, context),
  ].map((call) => assert.rejects(call, (error) => AppError.is(error, 'UNAVAILABLE')));
  await clock.advance(0);
  await clock.advance(500);
  await Promise.all(calls);
  assert.equal(attempts(ShopServiceService.batchGetShops.path), 3);
  assert.equal(attempts(ShopServiceService.addReview.path), 3);
  const keyless = shop.addReview({ ...review, idempotencyKey: '' }, context);
  await assert.rejects(keyless, (error) => AppError.is(error, 'UNAVAILABLE') && !error.isRetried);
  assert.equal(attempts(ShopServiceService.addReview.path), 4);
});

test('all clients of a service share one budget of retries', async () => {
  const { clock, links, attempts } = setUp();
  const calls = Array.from({ length: 100 }, () =>
    assert.rejects(links.client(ShopServiceService).listShops({ first: 1 }, testCall().context)),
  );
  await clock.advance(0);
  await clock.advance(500);
  await Promise.all(calls);
  const sent = attempts(ShopServiceService.listShops.path);
  assert.ok(sent > 100 && sent <= 120, `${sent} attempts`);
});
