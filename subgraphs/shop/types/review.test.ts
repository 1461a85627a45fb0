import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices, sampleReview } from '../testing/fake-services.ts';

test('a review with its author and shop', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ shop(id: "1") { reviews(first: 1) { edges { node { id stars text createdAt author { __typename id } shop { name } } } } } }',
  );
  assert.equal(errors, undefined);
  const node = {
    id: '1-1',
    stars: 4,
    text: 'Good soup',
    createdAt: '2030-01-31T18:00:00.000Z',
    author: { __typename: 'User', id: 'author-1-1' },
    shop: { name: 'Shop 1' },
  };
  assert.deepEqual(data, { shop: { reviews: { edges: [{ node }] } } });
  assert.deepEqual(
    calls.map(({ rpc }) => rpc),
    ['shop.batchGetShops', 'shop.batchListShopReviews'],
    'the shop that the operation has read is not read again',
  );
});

test('a review of a shop that is gone keeps its words', async () => {
  const { execute } = createSubgraphHarness(createShopSubgraph, {
    shop: {
      ...fakeServices.shop,
      batchListUserReviews: async () => ({
        pages: [
          {
            edges: [{ review: { ...sampleReview('1'), shopId: 'missing' }, cursor: '1' }],
            hasNextPage: false,
          },
        ],
      }),
    },
  });
  const { data, errors } = await execute(`{
    _entities(representations: [{ __typename: "User", id: "7" }]) {
      ... on User { reviews { edges { node { text shop { name } } } } }
    }
  }`);
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    _entities: [{ reviews: { edges: [{ node: { text: 'Good soup', shop: null } }] } }],
  });
});
