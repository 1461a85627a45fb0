import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { type MutationCase, testMutationCases } from '@tiffin/lib/testing/mutation-cases';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { DeliveryStatus } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { OrderStatus } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { TransactionResolution } from '@tiffin/proto/gen/tiffin/order/v1/order_admin';
import type { OrderClients } from './clients.ts';
import { type MutationName, mutationCodes } from './mutation-codes.gen.ts';
import { createOrderSubgraph } from './order-subgraph.ts';
import { fakeServices, sampleDelivery, sampleOrder, sampleTransaction } from './testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const idempotencyKey = 'attempt-1';

const placeInput = {
  idempotencyKey,
  shopId: '1',
  items: [
    { goodsId: '4', quantity: 2 },
    { goodsId: '5', quantity: 1 },
  ],
  addressId: '3',
  expectedTotal: { amountCents: Number.MAX_SAFE_INTEGER, currency: 'EUR' },
};
const savings = { couponId: '11', walletAmount: { amountCents: 2 ** 40, currency: 'EUR' } };
const payInput = { idempotencyKey, orderId: '6', paymentToken: 'sandbox-ok' };
const cancelInput = { idempotencyKey, orderId: '6' };
const reportInput = { idempotencyKey, deliveryId: 'delivery-6', status: 'PICKED_UP' };
const resolveInput = {
  idempotencyKey,
  transactionId: '6',
  resolution: 'SETTLED_BY_HAND',
  reason: 'The stock was counted anew.',
};

const cases: { readonly [Name in MutationName]: MutationCase<OrderClients> } = {
  placeOrder: {
    input: { ...placeInput, ...savings },
    identity: customer,
    fakes: { order: { placeOrder: async () => ({ order: sampleOrder('6') }) } },
    request: { ...placeInput, ...savings },
    selection: 'order { id status total { amountCents currency } shop { id } }',
    success: {
      order: {
        id: '6',
        status: 'CREATED',
        total: { amountCents: 6 * 2 ** 40, currency: 'EUR' },
        shop: { id: 'shop-6' },
      },
    },
  },
  payOrder: {
    input: payInput,
    identity: customer,
    fakes: {
      order: { payOrder: async () => ({ order: { ...sampleOrder('6'), status: OrderStatus.PAID } }) },
    },
    request: payInput,
    selection: 'order { id status }',
    success: { order: { id: '6', status: 'PAID' } },
  },
  cancelOrder: {
    input: cancelInput,
    identity: customer,
    fakes: {
      order: { cancelOrder: async () => ({ order: { ...sampleOrder('6'), status: OrderStatus.CANCELLED } }) },
    },
    request: cancelInput,
    selection: 'order { id status }',
    success: { order: { id: '6', status: 'CANCELLED' } },
  },
  completeOrder: {
    input: { idempotencyKey, orderId: '6' },
    identity: customer,
    fakes: {
      order: {
        completeOrder: async () => ({ order: { ...sampleOrder('6'), status: OrderStatus.COMPLETED } }),
      },
    },
    request: { idempotencyKey, orderId: '6' },
    selection: 'order { id status }',
    success: { order: { id: '6', status: 'COMPLETED' } },
  },
  reportDelivery: {
    input: reportInput,
    identity: admin,
    fakes: { deliveryAdmin: { reportDelivery: async () => ({ delivery: sampleDelivery('6') }) } },
    request: { ...reportInput, status: DeliveryStatus.PICKED_UP },
    selection: 'delivery { id status courierName }',
    success: { delivery: { id: 'delivery-6', status: 'PICKED_UP', courierName: 'Cleo' } },
  },
  resolveTransaction: {
    input: resolveInput,
    identity: admin,
    fakes: { orderAdmin: { resolveTransaction: async () => ({ transaction: sampleTransaction('6') }) } },
    request: { ...resolveInput, resolution: TransactionResolution.SETTLED_BY_HAND },
    selection: 'transaction { id participants decidedAt }',
    success: {
      transaction: { id: '6', participants: ['goods', 'account'], decidedAt: '2030-01-31T18:05:00.000Z' },
    },
  },
};

testMutationCases(createOrderSubgraph, mutationCodes, cases);

for (const [absent, values] of Object.entries({
  'left out': {},
  null: { couponId: null, walletAmount: null },
})) {
  test(`a coupon and an amount that are ${absent} are not there for the service`, async () => {
    const { execute, calls } = createSubgraphHarness(createOrderSubgraph, {
      order: { placeOrder: async () => ({ order: sampleOrder('6') }) },
    });
    const { errors } = await execute(
      'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename } }',
      { variables: { input: { ...placeInput, ...values } }, identity: customer },
    );
    assert.equal(errors, undefined);
    assert.deepEqual(JSON.parse(JSON.stringify(calls[0]?.request)), placeInput);
  });
}

for (const [mutation, input] of Object.entries({
  reportDelivery: reportInput,
  resolveTransaction: resolveInput,
})) {
  test(`only administrators ${mutation}`, async () => {
    const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const { data } = await execute(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`,
      { variables: { input }, identity: { ...customer, roles: ['CUSTOMER', 'MERCHANT'] } },
    );
    assert.deepEqual(data, { [mutation]: { __typename: 'Forbidden' } });
    assert.deepEqual(calls, []);
  });
}

test('a service that leaves its answer out is a defect, not a success', async () => {
  const { execute } = createSubgraphHarness(createOrderSubgraph, {
    order: { cancelOrder: async () => ({ order: undefined }) },
  });
  const { data, errors } = await execute(
    'mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename } }',
    { variables: { input: cancelInput }, identity: customer },
  );
  assert.deepEqual(data, { cancelOrder: null });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
});

test('who is no customer orders nothing: Forbidden, and its rpc is not called', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data } = await execute(
    'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename } }',
    { variables: { input: placeInput }, identity: { ...customer, roles: ['MERCHANT'] } },
  );
  assert.deepEqual(data, { placeOrder: { __typename: 'Forbidden' } });
  assert.deepEqual(calls, []);
});
