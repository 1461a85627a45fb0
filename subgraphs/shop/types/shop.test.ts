import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices, sampleShop } from '../testing/fake-services.ts';

const page = (selection: string) =>
  `{ edges { node { ${selection} } cursor } pageInfo { hasNextPage endCursor } }`;

test("a shop's rating, category and owner", async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ shop(id: "1") { rating { average reviewCount } category { id name } owner { __typename id } } }',
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    shop: {
      rating: { average: 4.25, reviewCount: 4 },
      category: { id: 'category-1', name: 'Category category-1' },
      owner: { __typename: 'User', id: 'owner-1' },
    },
  });
  assert.deepEqual(
    calls.map(({ rpc }) => rpc),
    ['shop.batchGetShops', 'goods.batchGetCategories'],
  );
});

test('a shop without reviews has no average', async () => {
  const rating = { averageHundredths: 0, reviewCount: 0 };
  const { execute } = createSubgraphHarness(createShopSubgraph, {
    shop: { batchGetShops: async () => ({ shops: [{ shop: { ...sampleShop('1'), rating } }] }) },
  });
  const { data } = await execute('{ shop(id: "1") { rating { average reviewCount } } }');
  assert.deepEqual(data, { shop: { rating: { average: null, reviewCount: 0 } } });
});

test('a category that is gone nulls its own field', async () => {
  const { execute } = createSubgraphHarness(createShopSubgraph, {
    ...fakeServices,
    shop: {
      batchGetShops: async () => ({ shops: [{ shop: { ...sampleShop('1'), categoryId: 'missing' } }] }),
    },
  });
  const { data, errors } = await execute('{ shop(id: "1") { name category { name } } }');
  assert.deepEqual(data, { shop: { name: 'Shop 1', category: null } });
  assert.equal(errors, undefined);
});

test('goods and reviews of a shop in pages', async () => {
  const { execute } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ shop(id: "1") { goods(first: 2) ${page('id')} reviews(first: 2, after: "2") ${page('id stars')} } }`,
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    shop: {
      goods: {
        edges: [
          { node: { id: '1-1' }, cursor: '1' },
          { node: { id: '1-2' }, cursor: '2' },
        ],
        pageInfo: { hasNextPage: true, endCursor: '2' },
      },
      reviews: {
        edges: [{ node: { id: '1-3', stars: 4 }, cursor: '3' }],
        pageInfo: { hasNextPage: false, endCursor: '3' },
      },
    },
  });
});

test('goods of fifty shops, in two sizes, cost one BatchListShopGoods', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const shops = Array.from(
    { length: 50 },
    (_, index) => `s${index}: shop(id: "${index}") { goods(first: ${1 + (index % 2)}) ${page('id')} }`,
  );
  const { data, errors } = await execute(`{ ${shops.join('\n')} }`);
  assert.equal(errors, undefined);
  assert.deepEqual(
    calls.map(({ rpc }) => rpc),
    ['shop.batchGetShops', 'goods.batchListShopGoods'],
  );
  const pages = (calls[1]?.request as { pages: unknown[] } | undefined)?.pages ?? [];
  assert.equal(pages.length, 50);
  assert.deepEqual(pages[1], { parentId: '1', first: 2 });
  const edge = (cursor: string) => ({ node: { id: `1-${cursor}` }, cursor });
  assert.deepEqual(data?.['s1'], {
    goods: { edges: [edge('1'), edge('2')], pageInfo: { hasNextPage: true, endCursor: '2' } },
  });
});

test('two hundred and fifty shops cost three BatchGetShops', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const representations = Array.from({ length: 250 }, (_, index) => ({ __typename: 'Shop', id: `${index}` }));
  const { data } = await execute(
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Shop { id } } }',
    { variables: { representations } },
  );
  assert.deepEqual(
    data?.['_entities'],
    representations.map(({ id }) => ({ id })),
  );
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, (request as { ids: string[] }).ids.length]),
    [
      ['shop.batchGetShops', 100],
      ['shop.batchGetShops', 100],
      ['shop.batchGetShops', 50],
    ],
  );
});

for (const field of ['goods', 'reviews']) {
  test(`a page of ${field} of more than a hundred nulls its own field`, async () => {
    const { execute } = createSubgraphHarness(createShopSubgraph, fakeServices);
    const { data, errors } = await execute(`{ shop(id: "1") { name ${field}(first: 101) ${page('id')} } }`);
    assert.deepEqual(data, { shop: { name: 'Shop 1', [field]: null } });
    assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
  });
}

test('shops as references of other subgraphs; a missing one is null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(`{
    _entities(representations: [
      { __typename: "Shop", id: "1" }, { __typename: "Shop", id: "missing" }, { __typename: "Shop", id: "2" }
    ]) { ... on Shop { name } }
  }`);
  assert.equal(errors, undefined);
  assert.deepEqual(data, { _entities: [{ name: 'Shop 1' }, null, { name: 'Shop 2' }] });
  assert.equal(calls.length, 1);
});
