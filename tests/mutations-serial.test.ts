import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fillCarts, placedOrder } from './cart.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

describe('the mutations of one operation run one after another', () => {
  let platform: PlatformUnderTest;
  let token: string;
  before(async () => {
    platform = await startPlatform();
    token = await platform.logIn('customer');
  });
  after(() => platform[Symbol.asyncDispose]());

  it('each reads what those before it have done, in the same list', async () => {
    const [cart, nextCart = cart] = await fillCarts(platform, token);
    const orderId = await placedOrder(platform, token, cart);
    const latest = 'customer { orders(first: 2) { edges { node { id status } } } }';
    const { data, errors } = await platform.query(
      `mutation ($next: PlaceOrderInput!, $order: ID!) {
        place: placeOrder(input: $next) { ... on PlaceOrderSuccess { order { id ${latest} } } }
        cancel: cancelOrder(input: { idempotencyKey: "serial-1", orderId: $order }) {
          ... on CancelOrderSuccess { order { ${latest} } }
        }
        pay: payOrder(input: { idempotencyKey: "serial-2", orderId: $order, paymentToken: "sandbox-ok" }) {
          __typename
        }
        rename: updateProfile(input: { idempotencyKey: "serial-3", displayName: "Ann" }) {
          ... on UpdateProfileSuccess { user { displayName orders(first: 2) { edges { node { id status } } } } }
        }
      }`,
      { variables: { next: { ...nextCart, idempotencyKey: 'serial-0' }, order: orderId }, token },
    );
    assert.equal(errors, undefined);
    const orders = (cancelled: string) => ({
      orders: {
        edges: [
          { node: { id: data.place.order.id, status: 'CREATED' } },
          { node: { id: orderId, status: cancelled } },
        ],
      },
    });
    assert.deepEqual(data, {
      place: { order: { id: data.place.order.id, customer: orders('CREATED') } },
      cancel: { order: { customer: orders('CANCELLED') } },
      pay: { __typename: 'OrderCancelled' },
      rename: { user: { displayName: 'Ann', ...orders('CANCELLED') } },
    });
  });

  it('an address that was added stands in the list that the next mutation reads', async () => {
    const labels = 'user { addresses(first: 20) { edges { node { label } } } }';
    const { data, errors } = await platform.query(
      `mutation {
        before: updateProfile(input: { idempotencyKey: "serial-4" }) { ... on UpdateProfileSuccess { ${labels} } }
        added: addAddress(input: {
          idempotencyKey: "serial-5"
          lines: { label: "Boat", street: "Pier 1", city: "Berlin", postalCode: "10115", area: "Mitte" }
        }) { ... on AddAddressSuccess { address { label } } }
        after: updateProfile(input: { idempotencyKey: "serial-6" }) { ... on UpdateProfileSuccess { ${labels} } }
      }`,
      { token },
    );
    assert.equal(errors, undefined);
    assert.deepEqual(data.added, { address: { label: 'Boat' } });
    const listed = ({ user }: { user: { addresses: { edges: { node: { label: string } }[] } } }) =>
      user.addresses.edges.map(({ node }) => node.label);
    assert.deepEqual(listed(data.after), [...listed(data.before), 'Boat']);
  });

  it('stock that another subgraph has read is read again', async () => {
    const [cart] = await fillCarts(platform, token);
    const orderId = await placedOrder(platform, token, cart);
    const stock = 'order { items { edges { node { goods { id available } } } } }';
    const { data, errors } = await platform.query(
      `mutation ($next: PlaceOrderInput!, $order: ID!) {
        place: placeOrder(input: $next) { ... on PlaceOrderSuccess { ${stock} } }
        between: updateProfile(input: { idempotencyKey: "serial-7" }) { __typename }
        cancel: cancelOrder(input: { idempotencyKey: "serial-8", orderId: $order }) {
          ... on CancelOrderSuccess { ${stock} }
        }
      }`,
      { variables: { next: { ...cart, idempotencyKey: 'serial-9' }, order: orderId }, token },
    );
    assert.equal(errors, undefined);
    const available = ({ order }: { order: { items: { edges: { node: { goods: object } }[] } } }) =>
      order.items.edges.map(({ node }) => node.goods as { id: string; available: number });
    assert.deepEqual(
      available(data.cancel),
      available(data.place).map(({ id, available }) => ({ id, available: available + 1 })),
    );
  });
});
