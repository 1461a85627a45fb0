import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { countRpcs } from './rpc-counts.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

const myReviews = `
  query MyReviews($first: Int!) {
    me {
      displayName
      email
      addresses(first: 5) { edges { node { label city } } }
      reviews(first: $first) {
        edges {
          node {
            stars
            shop {
              name
              goods(first: 3) {
                edges { node { name price { amountCents currency } categories { edges { node { name } } } } }
              }
            }
          }
        }
      }
    }
  }
`;

describe('a query over both subgraphs', () => {
  let platform: PlatformUnderTest;
  let token: string;
  before(async () => {
    platform = await startPlatform();
    token = await platform.logIn('customer');
  });
  after(() => platform[Symbol.asyncDispose]());

  it('returns real rows for every leaf', async () => {
    const { data, errors, status } = await platform.query(myReviews, { variables: { first: 50 }, token });
    assert.equal(errors, undefined);
    assert.equal(status, 200);
    assert.equal(data.me.email, 'customer@tiffin.example');
    assert.ok(data.me.addresses.edges.length >= 1);
    assert.equal(data.me.reviews.edges.length, 50);
    for (const { node } of data.me.reviews.edges) {
      assert.ok(node.stars >= 1 && node.stars <= 5);
      assert.ok(node.shop.name);
      assert.equal(node.shop.goods.edges.length, 3);
      for (const goods of node.shop.goods.edges) {
        assert.ok(goods.node.price.amountCents > 0);
        assert.ok(goods.node.categories.edges.every((edge: { node: { name: string } }) => edge.node.name));
      }
    }
  });

  for (const first of [1, 50]) {
    it(`costs one rpc for each kind of entity with ${first} reviews`, async () => {
      const counted = [
        'BatchGetUsers',
        'BatchListAddresses',
        'BatchListUserReviews',
        'BatchGetShops',
        'BatchListShopGoods',
        'BatchGetCategories',
      ];
      const { answer, rpcs } = await countRpcs(platform, () =>
        platform.query(myReviews, { variables: { first }, token }),
      );
      assert.equal(answer.errors, undefined);
      assert.deepEqual(rpcs, Object.fromEntries(counted.map((name) => [name, 1])));
    });
  }
});
