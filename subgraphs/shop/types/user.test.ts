import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

const query = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on User {
      id
      reviews(first: 2) { edges { node { id shop { name } } cursor } pageInfo { hasNextPage endCursor } }
    }
  }
}`;

test('what two users wrote costs one BatchListUserReviews, and its shops one BatchGetShops', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const representations = ['7', '8'].map((id) => ({ __typename: 'User', id }));
  const { data, errors } = await execute(query, { variables: { representations } });
  assert.equal(errors, undefined);
  const edge = (user: string, cursor: string) => ({
    node: { id: `${user}-${cursor}`, shop: { name: `Shop shop-${user}-${cursor}` } },
    cursor,
  });
  const user = (id: string) => ({
    id,
    reviews: { edges: [edge(id, '1'), edge(id, '2')], pageInfo: { hasNextPage: true, endCursor: '2' } },
  });
  assert.deepEqual(data, { _entities: [user('7'), user('8')] });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, JSON.parse(JSON.stringify(request))]),
    [
      [
        'shop.batchListUserReviews',
        {
          pages: [
            { parentId: '7', first: 2 },
            { parentId: '8', first: 2 },
          ],
        },
      ],
      ['shop.batchGetShops', { ids: ['shop-7-1', 'shop-7-2', 'shop-8-1', 'shop-8-2'] }],
    ],
  );
});

test('reviews are public, and their pages bounded', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(`{
    _entities(representations: [{ __typename: "User", id: "7" }]) {
      ... on User { id reviews(first: 1000) { pageInfo { hasNextPage } } }
    }
  }`);
  assert.deepEqual(data, { _entities: [{ id: '7', reviews: null }] });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
  assert.deepEqual(calls, []);
});
