import assert from 'node:assert/strict';
import type { PlatformUnderTest } from './start-platform.ts';

export interface Money {
  readonly amountCents: number;
  readonly currency: string;
}

/** What `placeOrder` takes. */
export interface Cart {
  readonly idempotencyKey: string;
  readonly shopId: string;
  readonly items: readonly { readonly goodsId: string; readonly quantity: number }[];
  readonly addressId: string;
  readonly expectedTotal: Money;
}

export interface Offer {
  readonly id: string;
  readonly price: Money;
}

const offers = `{
  me { addresses(first: 1) { edges { node { id } } } }
  shops(first: 100) {
    edges { node { id status goods(first: 20) { edges { node { id available price { amountCents currency } } } } } }
  }
}`;

let cartCount = 0;

/** One unit of each of the goods, at the right price. */
export function cartOf(shopId: string, goods: readonly Offer[], addressId: string): Cart {
  return {
    // Another one whenever it is read: each order of the cart is an attempt of its own.
    get idempotencyKey() {
      return `cart-${++cartCount}`;
    },
    shopId,
    items: goods.map(({ id }) => ({ goodsId: id, quantity: 1 })),
    addressId,
    expectedTotal: {
      amountCents: goods.reduce((sum, { price }) => sum + price.amountCents, 0),
      currency: 'EUR',
    },
  };
}

/** A cart for each demo shop of the status, with three kinds of goods that are in stock. The user has an address. */
export async function fillCarts(
  platform: Pick<PlatformUnderTest, 'query'>,
  token: string,
  status: 'OPEN' | 'CLOSED' = 'OPEN',
): Promise<[Cart, ...Cart[]]> {
  const { data, errors } = await platform.query(offers, { token });
  assert.equal(errors, undefined);
  const addressId = data.me.addresses.edges[0].node.id;
  const carts: Cart[] = [];
  for (const { node: shop } of data.shops.edges) {
    if (shop.status !== status) continue;
    const goods: (Offer & { available: number })[] = shop.goods.edges.map(
      (edge: { node: Offer }) => edge.node,
    );
    const chosen = goods.filter(({ available }) => available > 0).slice(0, 3);
    if (chosen.length === 3) carts.push(cartOf(shop.id, chosen, addressId));
  }
  const [first, ...others] = carts;
  return first ? [first, ...others] : assert.fail(`No demo shop is ${status}.`);
}

/** What `placeOrder` answers, with its order or the fields of its error. */
export async function placeOrder(
  platform: Pick<PlatformUnderTest, 'query'>,
  token: string,
  cart: Cart,
): Promise<Record<string, unknown> & { __typename: string }> {
  const { data, errors } = await platform.query(
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) {
        __typename
        ... on PlaceOrderSuccess { order { id status total { amountCents currency } } }
        ... on ShopNotFound { shopId }
        ... on ShopClosed { shopId }
        ... on GoodsNotFound { goodsId }
        ... on AddressNotFound { addressId }
        ... on PriceChanged { currentTotal { amountCents currency } }
        ... on OutOfStock { goodsId available }
        ... on InvalidArgument { violations { field expected } }
      }
    }`,
    { variables: { input: cart }, token },
  );
  assert.equal(errors, undefined);
  return data.placeOrder;
}

/** The id of the order that a cart became. */
export async function placedOrder(
  platform: Pick<PlatformUnderTest, 'query'>,
  token: string,
  cart: Cart,
): Promise<string> {
  const answer = await placeOrder(platform, token, cart);
  assert.equal(answer.__typename, 'PlaceOrderSuccess', JSON.stringify(answer));
  return (answer['order'] as { id: string }).id;
}
