import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { RpcBinding } from '@tiffin/lib/rpc/rpc-binding';
import type { Topology } from '@tiffin/lib/topology/topology';
import { topology } from '../tiffin.ts';
import { fillCarts } from './cart.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

type Watch = (path: string, context: CallContext) => void;

/** The platform, with somebody who sees each rpc before its handler does. */
function watched(watch: Watch): Topology {
  const components = Object.entries(topology).map(([name, component]) => {
    if (component.kind !== 'service') return [name, component];
    const start: typeof component.start = async (platform) => {
      const running = await component.start(platform);
      return { ...running, rpc: running.rpc.map((binding) => watchedBinding(binding, watch)) };
    };
    return [name, { ...component, start }];
  });
  return Object.fromEntries(components);
}

function watchedBinding({ definition, handlers }: RpcBinding, watch: Watch): RpcBinding {
  const watchedHandlers = Object.entries(handlers).map(([name, handler]) => [
    name,
    (request: never, context: never) => {
      watch(definition[name]?.path ?? '', context);
      return handler(request, context);
    },
  ]);
  return { definition, handlers: Object.fromEntries(watchedHandlers) };
}

describe('how fresh the services of the platform read', () => {
  let platform: PlatformUnderTest;
  let token: string;
  /** Rpcs by the request that they were made for. */
  const seen: { readonly requestId: string; readonly rpc: string; readonly freshness: string | undefined }[] =
    [];
  before(async () => {
    const parts = watched((path, { requestId, freshness, onDegraded }) => {
      const [, service = '', method = ''] = path.split('/');
      seen.push({ requestId, rpc: method, freshness });
      if (freshness === 'any') onDegraded?.(service.split('.')[1] ?? '');
    });
    platform = await startPlatform({}, parts);
    token = await platform.logIn('customer');
  });
  after(() => platform[Symbol.asyncDispose]());

  async function ask(requestId: string, text: string, variables: Record<string, unknown> = {}) {
    const { data, errors, ...answer } = await platform.query(text, {
      variables,
      token,
      headers: { 'x-request-id': requestId },
    });
    assert.equal(errors, undefined);
    const mine = seen.filter((call) => call.requestId === requestId);
    const freshness = [...new Set(mine.map((call) => call.freshness))];
    return {
      data,
      freshness,
      rpcs: new Set(mine.map(({ rpc }) => rpc)),
      extensions: Object(answer).extensions,
    };
  }

  it("a query's take anything, and the client is told of all that were degraded, in whichever subgraph", async () => {
    const { freshness, rpcs, extensions } = await ask(
      'a-query',
      '{ me { displayName orders(first: 2) { edges { node { id } } } } shops(first: 2) { edges { node { name goods(first: 2) { edges { node { name } } } } } } }',
    );
    assert.deepEqual(freshness, ['any']);
    for (const rpc of ['BatchGetUsers', 'BatchListUserOrders', 'ListShops', 'BatchListShopGoods'])
      assert.ok(rpcs.has(rpc), `${rpc} of ${[...rpcs]}`);
    assert.deepEqual(extensions, { degraded: ['account', 'goods', 'order', 'shop'] });
  });

  it("a mutation's read the latest, also those of other subgraphs and what a service asks on its own behalf", async () => {
    const [cart] = await fillCarts(platform, token);
    const { data, freshness, rpcs, extensions } = await ask(
      'a-mutation',
      `mutation ($input: PlaceOrderInput!) {
        placeOrder(input: $input) {
          ... on PlaceOrderSuccess { order { id shop { name } customer { displayName } items(first: 3) { edges { node { goods { name } } } } } }
        }
      }`,
      { input: cart },
    );
    assert.ok(data.placeOrder.order.customer.displayName);
    assert.deepEqual(freshness, ['latest']);
    for (const rpc of ['PlaceOrder', 'BatchGetShops', 'BatchGetGoods', 'BatchGetUsers', 'ReserveStock'])
      assert.ok(rpcs.has(rpc), `${rpc} of ${[...rpcs]}`);
    assert.equal(extensions, undefined);
  });
});
