import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import type { RpcCall } from './interceptor.ts';
import { RecordedCalls } from './recorded-calls.ts';
import { createRpcClient } from './rpc-client.ts';
import { testCall } from './test-call.ts';

function setUp(
  answer: (call: RpcCall) => Promise<unknown> = async () => ({ edges: [], hasNextPage: false }),
) {
  const clock = new VirtualClock();
  const recorded = new RecordedCalls();
  const sent: RpcCall[] = [];
  const transport = {
    call(call: RpcCall) {
      sent.push(call);
      return answer(call);
    },
    close() {},
  };
  const { metrics, logger } = recorded;
  return {
    clock,
    recorded,
    sent,
    shop: createRpcClient(ShopServiceService, transport, { clock, metrics, logger }),
  };
}

const request = { first: 1 };

test('a call takes at most 400 ms of its budget unless told otherwise', async () => {
  const { clock, sent, shop } = setUp();
  const startMs = clock.now();
  await shop.listShops(request, testCall().context);
  await shop.listShops(request, testCall({ deadlineMs: startMs + 100 }).context);
  assert.deepEqual(
    sent.map(({ context }) => context.deadlineMs - startMs),
    [400, 100],
  );
});

test('a call that cannot be in time is not sent', async () => {
  const { clock, recorded, sent, shop } = setUp();
  const late = shop.listShops(request, testCall({ deadlineMs: clock.now() }).context);
  await assert.rejects(late, (error) => AppError.is(error, 'DEADLINE_EXCEEDED'));
  const gone = shop.listShops(request, testCall({ signal: AbortSignal.abort() }).context);
  await assert.rejects(gone, (error) => AppError.is(error, 'CANCELLED'));
  assert.equal(sent.length, 0);
  assert.equal(recorded.calls[0]?.code, 'DEADLINE_EXCEEDED');
});

test('whatever the transport throws, the client rejects with an AppError, measured and logged', async () => {
  const broken = new TypeError('broken');
  const { clock, recorded, shop } = setUp(async () => {
    await clock.advance(7);
    throw broken;
  });
  const call = shop.listShops(request, testCall().context);
  await assert.rejects(call, (error) => AppError.is(error, 'INTERNAL') && error.cause === broken);
  const path = ShopServiceService.listShops.path;
  assert.deepEqual(recorded.calls, [{ path, side: 'client', code: 'INTERNAL', durationMs: 7 }]);
  assert.equal(recorded.lines[0]?.fields['err'], broken);
});

test('an answer that a server gave is not logged again', async () => {
  const { recorded, shop } = setUp(() => Promise.reject(new AppError('INTERNAL', {})));
  await assert.rejects(shop.listShops(request, testCall().context), AppError);
  assert.deepEqual(recorded.lines, []);
});
