import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fillCarts, placedOrder, placeOrder } from './cart.ts';
import { soon } from './soon.ts';
import { spawnTiffin } from './spawn-platform.ts';
import { clientOf, type PlatformUnderTest, startPlatform } from './start-platform.ts';

describe('what happens in one service is known to the others a moment later', () => {
  let platform: PlatformUnderTest;
  let customer: string;
  let merchant: string;
  before(async () => {
    // No reindex comes to help.
    platform = await startPlatform({ SEARCH_REINDEX_INTERVAL: '0' });
    [customer, merchant] = await Promise.all([platform.logIn('customer'), platform.logIn('merchant')]);
  });
  after(() => platform[Symbol.asyncDispose]());

  async function find(text: string): Promise<string[]> {
    const { data, errors } = await platform.query(
      `query ($text: String!) {
        search(text: $text, first: 5) {
          edges { node { result { ... on Shop { id name } ... on Goods { id name } } } }
        }
      }`,
      { variables: { text } },
    );
    assert.equal(errors, undefined);
    return data.search.edges.map(({ node }: { node: { result: { id: string } } }) => node.result.id);
  }

  async function mutate(mutation: string, input: Record<string, unknown>, token: string) {
    const name = mutation.slice(0, mutation.indexOf('('));
    const { data, errors } = await platform.query(`mutation ($input: ${typeOf(name)}!) { ${mutation} }`, {
      variables: { input },
      token,
    });
    assert.equal(errors, undefined);
    return data[name];
  }
  const typeOf = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}Input`;

  async function orderCountOf(shopId: string): Promise<number> {
    const { data } = await platform.query('query ($id: ID!) { shop(id: $id) { orderCount } }', {
      variables: { id: shopId },
    });
    return data.shop.orderCount;
  }

  it('a new shop and its goods are found, and a renamed shop by its new name only', async () => {
    // The same for both: each service knows its own keys only.
    const idempotencyKey = 'opening';
    const profile = {
      name: 'Zanzibar Quokka',
      description: '',
      categoryId: await aCategory(),
      area: 'Mitte',
    };
    const created = await mutate(
      'createShop(input: $input) { ... on CreateShopSuccess { shop { id version } } ... on Error { code } }',
      { ...profile, idempotencyKey },
      merchant,
    );
    const { id, version } = created.shop;
    assert.deepEqual(await soon(async () => asFound(await find('quokka'))), [id]);
    const goods = await mutate(
      'createGoods(input: $input) { ... on CreateGoodsSuccess { goods { id } } ... on Error { code } }',
      {
        idempotencyKey,
        shopId: id,
        name: 'Xylophone Dumpling',
        description: '',
        price: { amountCents: 450, currency: 'EUR' },
        categoryIds: [],
      },
      merchant,
    );
    assert.deepEqual(await soon(async () => asFound(await find('xylophone'))), [goods.goods.id]);
    const updated = await mutate(
      'updateShop(input: $input) { ... on UpdateShopSuccess { shop { name } } ... on Error { code } }',
      { idempotencyKey: 'rename', shopId: id, version, name: 'Wombat Palace' },
      merchant,
    );
    assert.equal(updated.shop?.name, 'Wombat Palace', JSON.stringify(updated));
    assert.deepEqual(await soon(async () => asFound(await find('wombat'))), [id]);
    assert.deepEqual(await find('quokka'), []);
  });

  it('a paid order is counted for its shop, and one that is not paid is not', async () => {
    const [cart, unpaid] = await fillCarts(platform, customer);
    assert.ok(unpaid);
    const before = await orderCountOf(cart.shopId);
    const placed = await placeOrder(platform, customer, cart);
    await placeOrder(platform, customer, unpaid);
    const { id: orderId } = placed['order'] as { id: string };
    const pay = () =>
      mutate(
        'payOrder(input: $input) { __typename ... on Error { code } }',
        { idempotencyKey: `pay-${orderId}`, orderId, paymentToken: 'sandbox-ok' },
        customer,
      );
    assert.equal((await pay()).__typename, 'PayOrderSuccess');
    await pay();
    await soon(async () => ((await orderCountOf(cart.shopId)) > before ? true : undefined));
    // An event counts as sent once all of its consumers have handled it.
    await soon(async () => ((await paymentsSent()) > 0 ? true : undefined));
    assert.equal(await paymentsSent(), 1);
    assert.equal(await orderCountOf(cart.shopId), before + 1);
    assert.equal(await orderCountOf(unpaid.shopId), before);
  });

  const asFound = (ids: string[]) => (ids.length > 0 ? ids : undefined);
  const paymentsSent = () =>
    platform.metric('tiffin_outbox_events_total', { topic: 'order.paid.v1', outcome: 'sent' });

  async function aCategory(): Promise<string> {
    const { data } = await platform.query('{ categories(first: 1) { edges { node { id } } } }');
    return data.categories.edges[0].node.id;
  }
});

// That nothing is counted twice is shown where much comes twice: lib/events/outbox-crash.contract.ts.
it('a process that is killed after payments has them counted when it is back, on embedded engines', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tiffin-events-'));
  const env = { DATA_DIR: dataDir, PORT: '0' };
  const ordered = new Map<string, number>();
  try {
    await using first = await spawnTiffin([], env);
    const client = clientOf(first.addressOf('gateway'));
    const token = await client.logIn('customer');
    const carts = (await fillCarts(client, token)).slice(0, 4);
    const orderIds = await Promise.all(carts.map((cart) => placedOrder(client, token, cart)));
    await Promise.all(
      orderIds.map(async (orderId, index) => {
        const input = { idempotencyKey: `pay-${orderId}`, orderId, paymentToken: 'sandbox-ok' };
        const pay = 'mutation ($input: PayOrderInput!) { payOrder(input: $input) { __typename } }';
        const { data } = await client.query(pay, { variables: { input }, token });
        assert.equal(data.payOrder.__typename, 'PayOrderSuccess');
        ordered.set(carts[index]?.shopId ?? '', 1);
      }),
    );
    await first.end('SIGKILL');

    await using second = await spawnTiffin([], env);
    const { query } = clientOf(second.addressOf('gateway'));
    for (const [shopId, expected] of ordered) {
      const count = async () => {
        const { data } = await query('query ($id: ID!) { shop(id: $id) { orderCount } }', {
          variables: { id: shopId },
        });
        return data.shop.orderCount as number;
      };
      await soon(async () => ((await count()) > 0 ? true : undefined), 30_000);
      assert.equal(await count(), expected);
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
