import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { soon } from './soon.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

describe('what users look at', () => {
  let platform: PlatformUnderTest;
  let customer: string;
  let shopId: string;
  let goodsId: string;
  before(async () => {
    platform = await startPlatform();
    customer = await platform.logIn('customer');
    const { data } = await platform.query(
      '{ shops(first: 1) { edges { node { id goods(first: 1) { edges { node { id } } } } } } }',
    );
    const [shop] = data.shops.edges;
    shopId = shop.node.id;
    goodsId = shop.node.goods.edges[0].node.id;
  });
  after(() => platform[Symbol.asyncDispose]());

  const history = async (token: string) => {
    const { data, errors } = await platform.query(
      `{ me { history(first: 10) { edges { node { at target {
        __typename ... on Shop { id name } ... on Goods { id name shop { id } }
      } } } } } }`,
      { token },
    );
    return { errors, entries: data.me.history?.edges.map(({ node }: { node: object }) => node) };
  };
  type Entry = { at: string; target: { __typename: string; id: string } | null };
  const targets = (entries: Entry[]) =>
    entries.map(({ target }) => target && `${target.__typename} ${target.id}`);
  const track = (events: object[], token?: string) =>
    platform.query(
      'mutation ($events: [BehaviorInput!]!) { track(input: { events: $events }) { ... on TrackSuccess { accepted } ... on Error { code } } }',
      { variables: { events }, ...(token && { token }) },
    );

  it('is in their history a moment later, whether the platform saw it or they told it', async () => {
    const query = 'query ($id: ID!) { shop(id: $id) { name } }';
    const { errors } = await platform.query(query, { token: customer, variables: { id: shopId } });
    assert.equal(errors, undefined);
    await soon(async () => ((await history(customer)).entries.length === 1 ? true : undefined));
    const { data } = await track([{ kind: 'GOODS_VIEWED', targetId: goodsId }], customer);
    assert.deepEqual(data, { track: { accepted: 1 } });
    const seen = await soon(async () => {
      const { entries } = await history(customer);
      return entries.length === 2 ? entries : undefined;
    });
    assert.deepEqual(targets(seen), [`Goods ${goodsId}`, `Shop ${shopId}`]);
    assert.ok(seen[0].target.shop.id && seen[0].at > seen[1].at);
  });

  it('and is gone from it alone, without harm to the others', async () => {
    await track([{ kind: 'SHOP_VIEWED', targetId: '999' }], customer);
    const answer = await soon(async () => {
      const read = await history(customer);
      return read.entries.length === 3 ? read : undefined;
    });
    assert.deepEqual(targets(answer.entries), [null, `Goods ${goodsId}`, `Shop ${shopId}`]);
  });

  it('is counted for those who are not signed in, and refused where it says nothing', async () => {
    assert.deepEqual((await track([{ kind: 'SHOP_VIEWED', targetId: shopId }])).data, {
      track: { accepted: 1 },
    });
    assert.deepEqual((await track([])).data, { track: { code: 'INVALID_ARGUMENT' } });
    assert.deepEqual((await track([{ kind: 'SHOP_VIEWED', targetId: 'x' }])).data, {
      track: { code: 'INVALID_ARGUMENT' },
    });
    const sent = () => platform.metric('tiffin_lossy_events_total', { outcome: 'sent' });
    await soon(async () => ((await sent()) === 4 ? true : undefined));
  });

  it('is a number of the shop and of the goods, for everybody, and grows', async () => {
    const query =
      '{ shops(first: 3) { edges { node { views goods(first: 3) { edges { node { views } } } } } } }';
    const { data, errors } = await platform.query(query);
    assert.equal(errors, undefined);
    for (const { node } of data.shops.edges) {
      assert.ok(Number.isInteger(node.views));
      assert.ok(
        node.goods.edges.every((edge: { node: { views: unknown } }) => Number.isInteger(edge.node.views)),
      );
    }
    const viewed = async () => {
      const both = `{ shop(id: "${shopId}") { views } goods(id: "${goodsId}") { views } }`;
      const read = await platform.query(both);
      return [read.data.shop.views, read.data.goods.views];
    };
    const [ofShop, ofGoods] = await viewed();
    assert.ok(Number.isInteger(ofShop) && Number.isInteger(ofGoods));
    // More than the tests before have told, some of which may not be counted yet. To ask for the number is no look.
    const times = 5;
    const looks = Array.from({ length: times }, () => [
      { kind: 'SHOP_VIEWED', targetId: shopId },
      { kind: 'GOODS_VIEWED', targetId: goodsId },
    ]).flat();
    assert.deepEqual((await track(looks)).data, { track: { accepted: looks.length } });
    await soon(async () => {
      const [shop, goods] = await viewed();
      return shop >= ofShop + times && goods >= ofGoods + times ? true : undefined;
    });
  });

  it('is shown to nobody else but administrators', async () => {
    const admin = await platform.logIn('admin');
    const id = (await platform.query('{ me { id } }', { token: customer })).data.me.id;
    const query = 'query ($id: ID!) { user(id: $id) { history(first: 1) { edges { cursor } } } }';
    const { data } = await platform.query(query, { token: admin, variables: { id } });
    assert.equal(data.user.history.edges.length, 1);
    const review = `{ shop(id: "${shopId}") { reviews(first: 1) { edges { node { author { history { edges { cursor } } } } } } } }`;
    const other = await platform.query(review, { token: await platform.logIn('merchant') });
    assert.deepEqual(
      other.errors?.map(({ extensions }) => extensions.code),
      ['FORBIDDEN'],
    );
  });
});
