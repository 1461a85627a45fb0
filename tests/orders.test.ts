import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { type Cart, cartOf, fillCarts, type Offer, placedOrder, placeOrder } from './cart.ts';
import { countRpcs } from './rpc-counts.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

const myOrders = `
  query MyOrders($first: Int!) {
    me {
      id
      displayName
      orders(first: $first) {
        edges {
          node {
            id
            status
            placedAt
            total { amountCents currency }
            address { street city }
            items {
              edges {
                node {
                  quantity
                  unitPrice { amountCents currency }
                  goods {
                    id
                    name
                    price { amountCents currency }
                    shop {
                      id
                      name
                      rating { average reviewCount }
                      reviews(first: 2) { edges { node { stars text author { id displayName } } } }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
`;

interface OrderItem {
  readonly quantity: number;
  readonly unitPrice: { readonly amountCents: number };
  readonly goods: {
    readonly id: string;
    readonly shop: {
      readonly id: string;
      readonly rating: { readonly average: number };
      readonly reviews: { readonly edges: readonly { readonly node: { readonly author: { id: string } } }[] };
    };
  };
}

interface Order {
  readonly placedAt: string;
  readonly total: { readonly amountCents: number };
  readonly items: { readonly edges: readonly { readonly node: OrderItem }[] };
}

const ordersOf = (data: { me: { orders: { edges: { node: Order }[] } } }): Order[] =>
  data.me.orders.edges.map(({ node }) => node);
const itemsOf = (order: Order): OrderItem[] => order.items.edges.map(({ node }) => node);

describe('orders with their items, goods, shops, reviews and authors in one request', () => {
  let platform: PlatformUnderTest;
  let token: string;
  before(async () => {
    platform = await startPlatform();
    token = await platform.logIn('customer');
  });
  after(() => platform[Symbol.asyncDispose]());

  it('are the last ten, newest first, and every leaf is real', async () => {
    const { data, errors } = await platform.query(myOrders, { variables: { first: 10 }, token });
    assert.equal(errors, undefined);
    assert.deepEqual(emptyLeaves(data), []);
    const orders = ordersOf(data);
    assert.equal(orders.length, 10);
    const times = orders.map(({ placedAt }) => placedAt);
    assert.deepEqual(times, times.toSorted().reverse());
    for (const order of orders) {
      const items = itemsOf(order);
      const sum = items.reduce((cents, item) => cents + item.quantity * item.unitPrice.amountCents, 0);
      assert.equal(order.total.amountCents, sum);
      for (const { shop } of items.map(({ goods }) => goods)) {
        assert.ok(shop.rating.average >= 1 && shop.rating.average <= 5);
        assert.equal(shop.reviews.edges.length, 2);
      }
    }
  });

  for (const first of [1, 50]) {
    it(`cost ⌈distinct ids / 100⌉ rpcs for each kind of entity with ${first} orders`, async () => {
      const { answer, rpcs } = await countRpcs(platform, () =>
        platform.query(myOrders, { variables: { first }, token }),
      );
      assert.equal(answer.errors, undefined);
      const orders = ordersOf(answer.data);
      assert.equal(orders.length, first);
      const goods = orders.flatMap(itemsOf).map((item) => item.goods);
      const shops = new Set(goods.map(({ shop }) => shop.id));
      const authors = goods.flatMap(({ shop }) => shop.reviews.edges.map(({ node }) => node.author.id));
      const batches = (ids: Iterable<string>) => Math.ceil(new Set(ids).size / 100);
      assert.deepEqual(rpcs, {
        // One for the customer, whom everything hangs on; the authors are known last.
        BatchGetUsers: 1 + batches(authors.filter((id) => id !== answer.data.me.id)),
        BatchListUserOrders: 1,
        BatchGetGoods: batches(goods.map(({ id }) => id)),
        BatchGetShops: batches(shops),
        BatchListShopReviews: batches(shops),
      });
    });
  }
});

describe('what stands in the way of an order is a typed answer', () => {
  let platform: PlatformUnderTest;
  let customer: string;
  let other: string;
  let cart: Cart;
  before(async () => {
    platform = await startPlatform();
    [customer, other] = await Promise.all([platform.logIn('customer'), platform.logIn('merchant')]);
    [cart] = await fillCarts(platform, customer);
  });
  after(() => platform[Symbol.asyncDispose]());

  const pay = (orderId: string, paymentToken = 'sandbox-ok', token = customer) =>
    changeOrder(platform, token, 'payOrder', { orderId, paymentToken });
  const cancel = (orderId: string, token = customer) =>
    changeOrder(platform, token, 'cancelOrder', { orderId });

  it('a price that has changed is PriceChanged with the total of now', async () => {
    for (const expectedTotal of [
      { ...cart.expectedTotal, amountCents: cart.expectedTotal.amountCents - 1 },
      { ...cart.expectedTotal, currency: 'USD' },
    ]) {
      const answer = await placeOrder(platform, customer, { ...cart, expectedTotal });
      assert.deepEqual(answer, { __typename: 'PriceChanged', currentTotal: cart.expectedTotal });
    }
  });

  it('a closed shop is ShopClosed', async () => {
    const [closed] = await fillCarts(platform, customer, 'CLOSED');
    const answer = await placeOrder(platform, customer, closed);
    assert.deepEqual(answer, { __typename: 'ShopClosed', shopId: closed.shopId });
  });

  it('an empty cart is EmptyCart', async () => {
    assert.deepEqual(await placeOrder(platform, customer, { ...cart, items: [] }), {
      __typename: 'EmptyCart',
    });
  });

  it('goods of another shop are GoodsNotFound, a shop that is none ShopNotFound', async () => {
    const [, elsewhere] = await fillCarts(platform, customer);
    const [goodsId] = elsewhere?.items.map((item) => item.goodsId) ?? [];
    assert.ok(goodsId);
    const items = [{ goodsId, quantity: 1 }];
    assert.deepEqual(await placeOrder(platform, customer, { ...cart, items }), {
      __typename: 'GoodsNotFound',
      goodsId,
    });
    const shopId = '999999999999999999';
    assert.deepEqual(await placeOrder(platform, customer, { ...cart, shopId }), {
      __typename: 'ShopNotFound',
      shopId,
    });
  });

  it("somebody else's address is AddressNotFound", async () => {
    assert.deepEqual(await placeOrder(platform, other, cart), {
      __typename: 'AddressNotFound',
      addressId: cart.addressId,
    });
  });

  it('more than there is is OutOfStock, names the goods, and takes nothing', async () => {
    const admin = await platform.logIn('admin');
    const plenty = await stockedGoods(platform, admin, cart.shopId, 5);
    const scarce = await stockedGoods(platform, admin, cart.shopId, 2);
    const one = cartOf(cart.shopId, [plenty, scarce], cart.addressId);
    const answer = await placeOrder(platform, customer, {
      ...one,
      items: one.items.map(({ goodsId }) => ({ goodsId, quantity: 3 })),
      expectedTotal: { ...one.expectedTotal, amountCents: 3 * one.expectedTotal.amountCents },
    });
    assert.deepEqual(answer, { __typename: 'OutOfStock', goodsId: scarce.id, available: 2 });
    assert.equal(await availableOf(platform, plenty.id), 5);
  });

  it("somebody else's order is null to read and OrderNotFound to pay or cancel", async () => {
    const orderId = await placedOrder(platform, customer, cart);
    const read = 'query ($id: ID!) { order(id: $id) { id status } }';
    const theirs = await platform.query(read, { variables: { id: orderId }, token: other });
    assert.deepEqual([theirs.data, theirs.errors], [{ order: null }, undefined]);
    for (const answer of [await pay(orderId, 'sandbox-ok', other), await cancel(orderId, other)]) {
      assert.deepEqual(answer, { __typename: 'OrderNotFound', orderId });
    }
    const own = await platform.query(read, { variables: { id: orderId }, token: customer });
    assert.deepEqual(own.data, { order: { id: orderId, status: 'CREATED' } });
  });

  it('an order is cancelled once, and gives its stock back once', async () => {
    const [goodsId] = cart.items.map((item) => item.goodsId);
    assert.ok(goodsId);
    const available = await availableOf(platform, goodsId);
    const orderId = await placedOrder(platform, customer, cart);
    assert.equal(await availableOf(platform, goodsId), available - 1);
    const cancelled = { order: { id: orderId, status: 'CANCELLED' } };
    assert.deepEqual(await cancel(orderId), { __typename: 'CancelOrderSuccess', ...cancelled });
    for (const answer of [await cancel(orderId), await pay(orderId)]) {
      assert.deepEqual(answer, { __typename: 'OrderCancelled', orderId });
    }
    assert.equal(await availableOf(platform, goodsId), available);
  });

  it('an order is paid once; a payment that is declined leaves it unpaid', async () => {
    const orderId = await placedOrder(platform, customer, cart);
    const declined = await pay(orderId, 'sandbox-declined');
    assert.deepEqual(declined, { __typename: 'PaymentDeclined', orderId });
    const paid = { order: { id: orderId, status: 'PAID' } };
    assert.deepEqual(await pay(orderId), { __typename: 'PayOrderSuccess', ...paid });
    for (const answer of [await pay(orderId), await cancel(orderId)]) {
      assert.deepEqual(answer, { __typename: 'OrderAlreadyPaid', orderId });
    }
  });
});

let attemptCount = 0;

/** What `payOrder` or `cancelOrder` answers. */
async function changeOrder(
  platform: PlatformUnderTest,
  token: string,
  field: 'payOrder' | 'cancelOrder',
  input: { orderId: string; paymentToken?: string },
): Promise<unknown> {
  const type = field === 'payOrder' ? 'PayOrder' : 'CancelOrder';
  const { data, errors } = await platform.query(
    `mutation ($input: ${type}Input!) {
      ${field}(input: $input) {
        __typename
        ... on ${type}Success { order { id status } }
        ... on OrderNotFound { orderId }
        ... on OrderAlreadyPaid { orderId }
        ... on OrderCancelled { orderId }
        ${field === 'payOrder' ? '... on PaymentDeclined { orderId }' : ''}
      }
    }`,
    { variables: { input: { idempotencyKey: `change-${++attemptCount}`, ...input } }, token },
  );
  assert.equal(errors, undefined);
  return data[field];
}

/** New goods of a shop with so many units in stock. */
async function stockedGoods(
  platform: PlatformUnderTest,
  admin: string,
  shopId: string,
  units: number,
): Promise<Offer> {
  const price = { amountCents: 990, currency: 'EUR' };
  const created = await platform.query(
    `mutation ($input: CreateGoodsInput!) { createGoods(input: $input) { ... on CreateGoodsSuccess { goods { id } } } }`,
    {
      variables: {
        input: {
          idempotencyKey: `stock-${++attemptCount}`,
          shopId,
          name: 'Dish of the day',
          price,
          categoryIds: [String(demoId('category', 1))],
        },
      },
      token: admin,
    },
  );
  const { id } = created.data.createGoods.goods;
  const stocked = await platform.query(
    `mutation ($input: AdjustStockInput!) {
      adjustStock(input: $input) { ... on AdjustStockSuccess { goods { available } } }
    }`,
    {
      variables: {
        input: {
          idempotencyKey: `stock-${++attemptCount}`,
          goodsId: id,
          delta: units,
          reason: 'Fresh from the kitchen',
        },
      },
      token: admin,
    },
  );
  assert.deepEqual(stocked.data, { adjustStock: { goods: { available: units } } });
  return { id, price };
}

async function availableOf(platform: PlatformUnderTest, goodsId: string): Promise<number> {
  const { data } = await platform.query('query ($id: ID!) { goods(id: $id) { available } }', {
    variables: { id: goodsId },
  });
  return data.goods.available;
}

/** Paths of the leaves without a value. The text of a review may be empty. */
function emptyLeaves(value: unknown, path = ''): string[] {
  if (value === null || (value === '' && !path.endsWith('.text'))) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value as object).flatMap(([key, inner]) => emptyLeaves(inner, `${path}.${key}`));
}
