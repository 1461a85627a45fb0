import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { topology } from '../tiffin.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

/** The shop service with a BatchGetShops that tells who called it and then never answers. */
function hangingShop() {
  const called = Promise.withResolvers<CallContext>();
  const { shop } = topology;
  assert.equal(shop?.kind, 'service');
  const start = shop.kind === 'service' ? shop.start : assert.fail();
  return {
    called: called.promise,
    topology: {
      ...topology,
      shop: {
        ...shop,
        start: async (platform: Parameters<typeof start>[0]) => {
          const service = await start(platform);
          const batchGetShops = (_request: unknown, context: CallContext) => {
            called.resolve(context);
            return new Promise<never>(() => {});
          };
          const rpc = service.rpc.map(({ definition, handlers }) =>
            definition === ShopServiceService
              ? bindRpc(definition, { ...handlers, batchGetShops } as never)
              : { definition, handlers },
          );
          return { ...service, rpc };
        },
      } as typeof shop,
    },
  };
}

const oneShop =
  'query ($without: Boolean! = false) { shop(id: "1") @skip(if: $without) { name } categories(first: 1) { edges { cursor } } }';

describe("a request's budget", () => {
  let platform: PlatformUnderTest;
  let shop: ReturnType<typeof hangingShop>;
  before(async () => {
    shop = hangingShop();
    platform = await startPlatform({}, shop.topology);
  });
  after(() => platform[Symbol.asyncDispose]());

  it('x-request-timeout-ms reaches the rpc handler; only the late field is null', async () => {
    // Planned and compiled before, which may take a busy machine longer than that budget.
    await platform.query(oneShop, { variables: { without: true } });
    const sentAtMs = Date.now();
    const answer = await platform.query(oneShop, {
      headers: { 'x-request-timeout-ms': '200', 'x-request-id': 'budget-1' },
    });
    const context = await shop.called;
    assert.equal(context.requestId, 'budget-1');
    assert.ok(context.deadlineMs >= sentAtMs && context.deadlineMs <= Date.now() + 200);
    assert.equal(context.signal.aborted, true);
    assert.equal(answer.status, 200);
    assert.deepEqual(
      answer.errors?.map(({ path, extensions }) => [path, extensions.code]),
      [[['shop'], 'DEADLINE_EXCEEDED']],
    );
    assert.equal(answer.data.shop, null);
    assert.equal(answer.data.categories.edges.length, 1);
  });

  it('a timeout that is no number of milliseconds is INVALID_ARGUMENT', async () => {
    for (const value of ['0', '-5', 'soon', '1.5']) {
      const answer = await platform.query('{ __typename }', { headers: { 'x-request-timeout-ms': value } });
      assert.equal(answer.status, 400);
      assert.equal(answer.errors?.[0]?.extensions.code, 'INVALID_ARGUMENT');
    }
  });
});

describe("a client's disconnect", () => {
  it('aborts the signal of the rpc handler', async () => {
    const shop = hangingShop();
    await using platform = await startPlatform({}, shop.topology);
    const client = request(`${platform.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    client.on('error', () => {});
    client.end(JSON.stringify({ query: oneShop }));
    const { signal } = await shop.called;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    assert.equal(signal.aborted, false);
    client.destroy();
    await aborted;
    assert.equal(signal.reason.code, 'CANCELLED');
  });
});
