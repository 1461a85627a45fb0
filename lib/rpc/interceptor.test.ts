import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { chain, type Interceptor, rpcMethod } from './interceptor.ts';
import { testCall } from './test-call.ts';

test('the first interceptor sees a call first and its answer last', async () => {
  const seen: string[] = [];
  const noting = (name: string): Interceptor => {
    return (next) => async (call) => {
      seen.push(`${name} call`);
      const answer = await next(call);
      seen.push(`${name} answer`);
      return answer;
    };
  };
  const handler = chain([noting('outer'), noting('inner')], async ({ request }) => `answer to ${request}`);
  assert.equal(await handler({ ...testCall(), request: 'it' }), 'answer to it');
  assert.deepEqual(seen, ['outer call', 'inner call', 'inner answer', 'outer answer']);
});

test('a method knows its service and its name', () => {
  const definition = ShopServiceService.addReview;
  assert.deepEqual(rpcMethod(definition), {
    path: '/tiffin.shop.v1.ShopService/AddReview',
    service: 'tiffin.shop.v1.ShopService',
    name: 'AddReview',
    definition,
  });
});
