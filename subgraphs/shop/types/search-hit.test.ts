import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { HitKind, type SearchHit } from '@tiffin/proto/gen/tiffin/search/v1/search';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

const query = `{ search(text: "soup") { edges { node {
  highlight
  result { __typename ... on Shop { id shopName: name } ... on Goods { id goodsName: name } }
} } } }`;

/** The subgraph beside a search service that finds these. */
function harnessThatFinds(...hits: SearchHit[]) {
  return createSubgraphHarness(createShopSubgraph, {
    ...fakeServices,
    search: {
      search: async () => ({ edges: hits.map((hit) => ({ hit, cursor: hit.id })), hasNextPage: false }),
    },
  });
}

test('a hit is the shop or the goods; a page of both costs one call of each kind', async () => {
  const { execute, calls } = harnessThatFinds(
    { kind: HitKind.GOODS, id: '1', highlight: 'a' },
    { kind: HitKind.SHOP, id: '1', highlight: 'b' },
    { kind: HitKind.GOODS, id: '2', highlight: 'c' },
    { kind: HitKind.SHOP, id: '2', highlight: 'd' },
  );
  const { data, errors } = await execute(query);
  assert.equal(errors, undefined);
  const goods = (id: string) => ({ __typename: 'Goods', id, goodsName: `Goods ${id}` });
  const shop = (id: string) => ({ __typename: 'Shop', id, shopName: `Shop ${id}` });
  assert.deepEqual(data, {
    search: {
      edges: [
        { node: { highlight: 'a', result: goods('1') } },
        { node: { highlight: 'b', result: shop('1') } },
        { node: { highlight: 'c', result: goods('2') } },
        { node: { highlight: 'd', result: shop('2') } },
      ],
    },
  });
  assert.deepEqual(calls.map(({ rpc }) => rpc).sort(), [
    'goods.batchGetGoods',
    'search.search',
    'shop.batchGetShops',
  ]);
});

test('what is gone since it was indexed is null alone', async () => {
  const { execute } = harnessThatFinds(
    { kind: HitKind.SHOP, id: 'missing', highlight: 'Closed for ever' },
    { kind: HitKind.GOODS, id: 'missing', highlight: 'Sold out' },
  );
  const { data, errors } = await execute(query);
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    search: {
      edges: [
        { node: { highlight: 'Closed for ever', result: null } },
        { node: { highlight: 'Sold out', result: null } },
      ],
    },
  });
});

test('a name that holds HTML stays text in the highlight', async () => {
  const { execute } = harnessThatFinds({
    kind: HitKind.SHOP,
    id: '1',
    highlight: '<script>\uE000alert\uE001(1)</script>',
  });
  const { data } = await execute('{ search(text: "alert") { edges { node { highlight } } } }');
  assert.deepEqual(data, {
    search: { edges: [{ node: { highlight: '&lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt;' } }] },
  });
});

test('a kind that nobody knows is a defect of its own hit', async () => {
  const { execute } = harnessThatFinds(
    { kind: HitKind.UNSPECIFIED, id: '1', highlight: 'a' },
    { kind: HitKind.SHOP, id: '1', highlight: 'b' },
  );
  const { data, errors } = await execute(
    '{ search(text: "x") { edges { node { result { __typename } } } } }',
  );
  assert.deepEqual(data, {
    search: { edges: [{ node: { result: null } }, { node: { result: { __typename: 'Shop' } } }] },
  });
  assert.deepEqual(
    errors?.map(({ extensions }) => extensions),
    [{ code: 'INTERNAL' }],
  );
});
