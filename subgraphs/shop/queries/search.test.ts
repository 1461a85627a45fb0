import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createSubgraphHarness, type Fakes } from '@tiffin/lib/testing/subgraph-harness';
import { HitKind } from '@tiffin/proto/gen/tiffin/search/v1/search';
import type { ShopClients } from '../clients.ts';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

const selection = '{ edges { node { highlight } cursor } pageInfo { hasNextPage endCursor } }';

const fakes: Fakes<ShopClients> = {
  ...fakeServices,
  search: {
    search: async ({ text }) => ({
      edges: [{ hit: { kind: HitKind.SHOP, id: '1', highlight: text }, cursor: 'c' }],
      hasNextPage: true,
    }),
  },
};

test('anybody searches; twenty hits of all kinds unless asked otherwise', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakes);
  const { data, errors } = await execute(`{ search(text: "Pizza") ${selection} }`);
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    search: {
      edges: [{ node: { highlight: 'Pizza' }, cursor: 'c' }],
      pageInfo: { hasNextPage: true, endCursor: 'c' },
    },
  });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [['search.search', { text: 'Pizza', kinds: [], first: 20 }]],
    'what nobody asks for is not loaded',
  );
});

test('a page after a cursor, of some kinds', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakes);
  await execute(`{ search(text: "x", kinds: [GOODS, SHOP], first: 3, after: "c") ${selection} }`);
  assert.deepEqual(
    calls.map(({ request }) => request),
    [{ text: 'x', kinds: [HitKind.GOODS, HitKind.SHOP], first: 3, after: 'c' }],
  );
});

test('a page of more than a hundred is refused without a call', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakes);
  const { data, errors } = await execute(`{ search(text: "x", first: 101) ${selection} }`);
  assert.deepEqual(data, { search: null });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
  assert.deepEqual(calls, []);
});

test('without the search service only its own field is null', async () => {
  const { execute } = createSubgraphHarness(createShopSubgraph, {
    ...fakeServices,
    search: {
      search: async () => {
        throw new AppError('UNAVAILABLE', { retryAfterMs: 400 });
      },
    },
  });
  const { data, errors } = await execute(`{ search(text: "x") ${selection} shop(id: "1") { id } }`);
  assert.deepEqual(data, { search: null, shop: { id: '1' } });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'UNAVAILABLE', retryAfterMs: 400 });
});
