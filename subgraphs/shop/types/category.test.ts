import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

test('categories as references; a missing one is null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(`{
    _entities(representations: [{ __typename: "Category", id: "1" }, { __typename: "Category", id: "missing" }]) {
      ... on Category { id name }
    }
  }`);
  assert.equal(errors, undefined);
  assert.deepEqual(data, { _entities: [{ id: '1', name: 'Category 1' }, null] });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [['goods.batchGetCategories', { ids: ['1', 'missing'] }]],
  );
});
