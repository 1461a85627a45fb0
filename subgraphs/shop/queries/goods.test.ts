import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

test('goods by id in one BatchGetGoods; missing goods are null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ a: goods(id: "1") { id name description available version } b: goods(id: "missing") { id } c: goods(id: "2") { id } }',
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    a: { id: '1', name: 'Goods 1', description: 'Fresh', available: 5, version: 2 },
    b: null,
    c: { id: '2' },
  });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [['goods.batchGetGoods', { ids: ['1', 'missing', '2'] }]],
  );
});
