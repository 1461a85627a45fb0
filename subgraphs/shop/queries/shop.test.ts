import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

test('a shop with all that it knows of itself, for anybody', async () => {
  const { execute } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(
    'query ($id: ID!) { shop(id: $id) { id name description area status version } }',
    { variables: { id: '5' } },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    shop: {
      id: '5',
      name: 'Shop 5',
      description: 'Soup and bread',
      area: 'Mitte',
      status: 'OPEN',
      version: 3,
    },
  });
});

test('shops of one query come in one BatchGetShops; a missing one is null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ a: shop(id: "1") { name } b: shop(id: "missing") { name } c: shop(id: "2") { name } again: shop(id: "1") { id } }',
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, { a: { name: 'Shop 1' }, b: null, c: { name: 'Shop 2' }, again: { id: '1' } });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [['shop.batchGetShops', { ids: ['1', 'missing', '2'] }]],
  );
});
