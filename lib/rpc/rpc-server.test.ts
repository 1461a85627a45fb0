import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import type { CallContext } from './call-context.ts';
import { RecordedCalls } from './recorded-calls.ts';
import { bindRpc } from './rpc-binding.ts';
import { createRpcServer } from './rpc-server.ts';
import { testCall } from './test-call.ts';

const path = ShopAdminServiceService.openShop.path;

function setUp(openShop: () => Promise<{ shop: undefined }>) {
  const { metrics, logger, lines } = new RecordedCalls();
  const clock = new VirtualClock();
  const unused = async () => assert.fail('Not used.');
  const handlers = { createShop: unused, updateShop: unused, openShop, closeShop: unused };
  const services = [bindRpc(ShopAdminServiceService, handlers)];
  return { clock, lines, server: createRpcServer({ services, declaredCodes: {}, clock, metrics, logger }) };
}

test('an rpc without a handler is refused at start', () => {
  const { metrics, logger } = new RecordedCalls();
  const services = [{ definition: ShopAdminServiceService, handlers: {} }];
  const create = () =>
    createRpcServer({ services, declaredCodes: {}, clock: new VirtualClock(), metrics, logger });
  assert.throws(create, /The rpc \/tiffin\.shop\.v1\.ShopAdminService\/CreateShop has no handler/);
});

test('a call on nobody’s behalf is refused', async () => {
  const { server } = setUp(async () => assert.fail('It ran.'));
  const { identity: _, ...rest } = testCall().context;
  const call = server.dispatch(path, {}, rest as CallContext);
  await assert.rejects(call, (error) => AppError.is(error, 'UNAUTHENTICATED'));
});

test('a drain gives up waiting when its time is over', async () => {
  const { clock, server } = setUp(() => new Promise(() => {}));
  const call = server.dispatch(path, {}, testCall().context).catch((error) => error.code);
  const drained = server.drain(1_000);
  await clock.advance(1_000);
  await drained;
  await clock.advance(30_000);
  assert.equal(await call, 'DEADLINE_EXCEEDED');
  await server.drain(1_000);
});

test('an rpc that is not served is logged by its path', async () => {
  const { lines, server } = setUp(async () => ({ shop: undefined }));
  const call = server.dispatch('/tiffin.shop.v1.ShopService/Gone', {}, testCall().context);
  await assert.rejects(call, (error) => AppError.is(error, 'INTERNAL'));
  assert.equal(lines[0]?.fields['method'], '/tiffin.shop.v1.ShopService/Gone');
});
