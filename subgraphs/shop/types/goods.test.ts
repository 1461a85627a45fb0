import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices, sampleGoods } from '../testing/fake-services.ts';

const categoryPage = '{ edges { node { name } cursor } pageInfo { hasNextPage endCursor } }';

test('a price beyond the range of Int, the shop, and the categories', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ goods(id: "1") { price { amountCents currency } shop { id } categories ${categoryPage} } }`,
  );
  assert.equal(errors, undefined);
  const edge = (id: string) => ({ node: { name: `Category ${id}` }, cursor: id });
  assert.deepEqual(data, {
    goods: {
      price: { amountCents: 2 ** 40, currency: 'EUR' },
      shop: { id: 'shop-1' },
      categories: {
        edges: [edge('1'), edge('2'), edge('3')],
        pageInfo: { hasNextPage: false, endCursor: '3' },
      },
    },
  });
  assert.deepEqual(calls.map(({ rpc }) => rpc).sort(), [
    'goods.batchGetCategories',
    'goods.batchGetGoods',
    'shop.batchGetShops',
  ]);
});

test('the categories of many goods cost one BatchGetCategories', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const goods = Array.from(
    { length: 30 },
    (_, index) =>
      `g${index}: goods(id: "${index}") { categories(first: ${1 + (index % 3)}) ${categoryPage} }`,
  );
  const { errors } = await execute(`{ ${goods.join('\n')} }`);
  assert.equal(errors, undefined);
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, (request as { ids: string[] }).ids.length]),
    [
      ['goods.batchGetGoods', 30],
      ['goods.batchGetCategories', 3],
    ],
  );
});

test('a shop or a category that is gone is null alone', async () => {
  const { execute } = createSubgraphHarness(createShopSubgraph, {
    ...fakeServices,
    goods: {
      ...fakeServices.goods,
      batchGetGoods: async () => ({
        goods: [{ goods: { ...sampleGoods('1'), shopId: 'missing', categoryIds: ['missing', '2'] } }],
      }),
    },
  });
  const { data, errors } = await execute(
    `{ goods(id: "1") { name shop { id } categories ${categoryPage} } }`,
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    goods: {
      name: 'Goods 1',
      shop: null,
      categories: {
        edges: [
          { node: null, cursor: 'missing' },
          { node: { name: 'Category 2' }, cursor: '2' },
        ],
        pageInfo: { hasNextPage: false, endCursor: '2' },
      },
    },
  });
});

test('a cursor that is none of the list is refused by name', async () => {
  const { execute } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ goods(id: "1") { name categories(after: "9") ${categoryPage} } }`,
  );
  assert.deepEqual(data, { goods: { name: 'Goods 1', categories: null } });
  assert.deepEqual(errors?.[0]?.extensions?.['violations'], [
    { field: 'after', expected: 'must be a cursor of this list' },
  ]);
});

test('goods without a price are a defect of their service', async () => {
  const { execute } = createSubgraphHarness(createShopSubgraph, {
    goods: { batchGetGoods: async () => ({ goods: [{ goods: { ...sampleGoods('1'), price: undefined } }] }) },
  });
  const { errors } = await execute('{ goods(id: "1") { price { currency } } }');
  assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
});

test('goods as references of other subgraphs; missing goods are null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(`{
    _entities(representations: [{ __typename: "Goods", id: "missing" }, { __typename: "Goods", id: "1" }]) {
      ... on Goods { name }
    }
  }`);
  assert.equal(errors, undefined);
  assert.deepEqual(data, { _entities: [null, { name: 'Goods 1' }] });
  assert.equal(calls.length, 1);
});
