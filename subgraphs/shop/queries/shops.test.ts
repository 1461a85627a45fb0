import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

const selection = '{ edges { node { id } cursor } pageInfo { hasNextPage endCursor } }';

test('the first page has twenty shops unless asked otherwise, of every category and area', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data } = await execute(`{ shops ${selection} }`);
  const edge = (id: string) => ({ node: { id }, cursor: id });
  assert.deepEqual(data, {
    shops: {
      edges: [edge('1'), edge('2'), edge('3')],
      pageInfo: { hasNextPage: false, endCursor: '3' },
    },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(calls[0]?.request)), { first: 20 });
});

test('a page after a cursor, narrowed by category and area', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data } = await execute(
    `{ shops(categoryId: "2", area: "Nord", first: 1, after: "1") ${selection} }`,
  );
  assert.deepEqual(data, {
    shops: { edges: [{ node: { id: '2' }, cursor: '2' }], pageInfo: { hasNextPage: true, endCursor: '2' } },
  });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [['shop.listShops', { categoryId: '2', area: 'Nord', first: 1, after: '1' }]],
  );
});

for (const first of [0, 101]) {
  test(`first: ${first} is refused without a call, and leaves its siblings alone`, async () => {
    const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
    const { data, errors } = await execute(`{ shops(first: ${first}) ${selection} shop(id: "1") { id } }`);
    assert.deepEqual(data, { shops: null, shop: { id: '1' } });
    assert.deepEqual(errors?.[0]?.path, ['shops']);
    assert.deepEqual(errors?.[0]?.extensions, {
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'first', expected: 'must be between 1 and 100' }],
    });
    assert.deepEqual(
      calls.map(({ rpc }) => rpc),
      ['shop.batchGetShops'],
    );
  });
}

test('a service out of reach nulls its own field only, with the code', async () => {
  const { execute } = createSubgraphHarness(createShopSubgraph, {
    goods: fakeServices.goods,
    shop: {
      listShops: async () => {
        throw new AppError('UNAVAILABLE', { retryAfterMs: 400 });
      },
    },
  });
  const { data, errors } = await execute(`{ shops ${selection} goods(id: "1") { id } }`);
  assert.deepEqual(data, { shops: null, goods: { id: '1' } });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'UNAVAILABLE', retryAfterMs: 400 });
});

test('the shops of a page are not asked for again one by one', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  await execute('{ shops { edges { node { name goods { edges { node { name } } } } } } }');
  assert.deepEqual(
    calls.map(({ rpc }) => rpc),
    ['shop.listShops', 'goods.batchListShopGoods'],
  );
});
