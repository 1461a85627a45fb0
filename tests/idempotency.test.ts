import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { RpcBinding } from '@tiffin/lib/rpc/rpc-binding';
import type { StartService } from '@tiffin/lib/service/service';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import type { Topology } from '@tiffin/lib/topology/topology';
import { topology } from '../tiffin.ts';
import { type Cart, fillCarts, placeOrder } from './cart.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

const twinCount = 100;
/** The budgets of a busy machine: what counts here is how many effects there are. */
const patience = { REQUEST_TIMEOUT_MS: '60000', RPC_TIMEOUT_MS: '60000' };

/** How many orders the customer has, and how much is left of what is in the cart. */
async function effectsOn(platform: PlatformUnderTest, token: string, cart: Cart) {
  const { data } = await platform.query(
    `query ($goods: ID!) {
      me { orders(first: 100) { edges { node { id } } } }
      goods(id: $goods) { available }
    }`,
    { variables: { goods: cart.items[0]?.goodsId }, token },
  );
  return { orders: data.me.orders.edges.length as number, available: data.goods.available as number };
}

describe('a mutation that is sent again with its idempotency key', () => {
  let platform: PlatformUnderTest;
  let customer: string;
  let cart: Cart;
  before(async () => {
    platform = await startPlatform(patience);
    customer = await platform.logIn('customer');
    [cart] = await fillCarts(platform, customer);
  });
  after(() => platform[Symbol.asyncDispose]());

  it('has one effect and the same answer', async () => {
    const attempt = { ...cart, idempotencyKey: newKey() };
    const before = await effectsOn(platform, customer, cart);
    const answer = await placeOrder(platform, customer, attempt);
    assert.equal(answer.__typename, 'PlaceOrderSuccess');
    assert.deepEqual(await placeOrder(platform, customer, attempt), answer);
    const { orders, available } = await effectsOn(platform, customer, cart);
    assert.deepEqual([orders, available], [before.orders + 1, before.available - 1]);
  });

  it(`has one effect and the same answer when ${twinCount} are sent at once`, async () => {
    const attempt = { ...cart, idempotencyKey: newKey() };
    const before = await effectsOn(platform, customer, cart);
    const answers = await Promise.all(
      Array.from({ length: twinCount }, () => placeOrder(platform, customer, attempt)),
    );
    assert.equal(answers[0]?.__typename, 'PlaceOrderSuccess', JSON.stringify(answers[0]));
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    const { orders, available } = await effectsOn(platform, customer, cart);
    assert.deepEqual([orders, available], [before.orders + 1, before.available - 1]);
  });

  it('answers an expected failure again, though it would succeed by now; a new key tries anew', async () => {
    const tooCheap = { ...cart.expectedTotal, amountCents: cart.expectedTotal.amountCents - 1 };
    const attempt = { ...cart, expectedTotal: tooCheap, idempotencyKey: newKey() };
    const refused = { __typename: 'PriceChanged', currentTotal: cart.expectedTotal };
    for (let n = 0; n < 2; n++) {
      assert.deepEqual(await placeOrder(platform, customer, attempt), refused);
    }
    const mended = { ...attempt, expectedTotal: cart.expectedTotal };
    assert.deepEqual(await placeOrder(platform, customer, mended), { __typename: 'IdempotencyMismatch' });
    const anew = await placeOrder(platform, customer, { ...mended, idempotencyKey: newKey() });
    assert.equal(anew.__typename, 'PlaceOrderSuccess');
  });

  it('may be mended under the same key where it was not valid', async () => {
    const attempt = { ...cart, idempotencyKey: newKey() };
    const broken = await placeOrder(platform, customer, { ...attempt, addressId: 'x' });
    assert.equal(broken.__typename, 'InvalidArgument');
    assert.equal((await placeOrder(platform, customer, attempt)).__typename, 'PlaceOrderSuccess');
  });

  it('is IdempotencyMismatch with another body or as another mutation, and somebody else’s business', async () => {
    const attempt = { ...cart, idempotencyKey: newKey() };
    await placeOrder(platform, customer, attempt);
    const changed = await placeOrder(platform, customer, { ...attempt, items: attempt.items.slice(1) });
    assert.deepEqual(changed, { __typename: 'IdempotencyMismatch' });
    const { data } = await platform.query(
      `mutation ($key: String!) {
        cancelOrder(input: { idempotencyKey: $key, orderId: "1" }) {
          __typename
          ... on IdempotencyMismatch { code message }
        }
      }`,
      { variables: { key: attempt.idempotencyKey }, token: customer },
    );
    assert.deepEqual(data.cancelOrder, {
      __typename: 'IdempotencyMismatch',
      code: 'IDEMPOTENCY_MISMATCH',
      message: 'This idempotency key was used for another request.',
    });
    const merchant = await platform.logIn('merchant');
    const theirs = await placeOrder(platform, merchant, attempt);
    assert.equal(theirs.__typename, 'AddressNotFound');
  });
});

describe('in front of an order service with faults', () => {
  let platform: PlatformUnderTest;
  let customer: string;
  let cart: Cart;
  before(async () => {
    platform = await startPlatform(patience, { ...topology, order: faulty('order') });
    customer = await platform.logIn('customer');
    [cart] = await fillCarts(platform, customer);
  });
  after(() => platform[Symbol.asyncDispose]());

  it('a mutation whose answer was lost is answered when it is sent again, without another effect', async () => {
    const attempt = { ...cart, idempotencyKey: `lost-${newKey()}` };
    const before = await effectsOn(platform, customer, cart);
    assert.deepEqual(await placeOrder(platform, customer, attempt), { __typename: 'Unavailable' });
    assert.equal((await placeOrder(platform, customer, attempt)).__typename, 'PlaceOrderSuccess');
    const { orders, available } = await effectsOn(platform, customer, cart);
    assert.deepEqual([orders, available], [before.orders + 1, before.available - 1]);
  });

  it('a mutation whose key is not heeded has an effect for each time it is sent (control)', async () => {
    const attempt = { ...cart, idempotencyKey: `unheeded-${newKey()}` };
    const before = await effectsOn(platform, customer, cart);
    const answers = [];
    for (let n = 0; n < 2; n++) answers.push(await placeOrder(platform, customer, attempt));
    assert.notDeepEqual(answers[0], answers[1]);
    const { orders, available } = await effectsOn(platform, customer, cart);
    assert.deepEqual([orders, available], [before.orders + 2, before.available - 2]);
  });
});

/** The service as it is, but for two faults that a client chooses by the first word of its key. */
function faulty(name: string): Topology[string] {
  const component = topology[name];
  assert.ok(component?.kind === 'service');
  const start: StartService = async (platform) => {
    const running = await component.start(platform);
    return { ...running, rpc: running.rpc.map(withFaults) };
  };
  return { ...component, start };
}

/** `unheeded`: each call comes with a key of its own. `lost`: nobody gets the first answer. */
function withFaults({ definition, handlers }: RpcBinding): RpcBinding {
  const lost = new Set<string>();
  const wrapped = Object.entries(handlers).map(([name, handle]) => {
    const faultyHandle = async (request: { idempotencyKey?: string }, context: unknown) => {
      const key = request.idempotencyKey ?? '';
      const sent = key.startsWith('unheeded') ? { ...request, idempotencyKey: newKey() } : request;
      const answer = await handle(sent as never, context as never);
      if (!key.startsWith('lost') || lost.has(key)) return answer;
      lost.add(key);
      throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
    };
    return [name, faultyHandle] as const;
  });
  return { definition, handlers: Object.fromEntries(wrapped) };
}
