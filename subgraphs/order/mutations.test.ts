import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { type MutationCase, testMutationCases } from '@tiffin/lib/testing/mutation-cases';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { OrderStatus } from '@tiffin/proto/gen/tiffin/order/v1/order';
import type { OrderClients } from './clients.ts';
import { type MutationName, mutationCodes } from './mutation-codes.gen.ts';
import { createOrderSubgraph } from './order-subgraph.ts';
import { fakeServices, sampleOrder } from './testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
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
const payInput = { idempotencyKey, orderId: '6', paymentToken: 'sandbox-ok' };
const cancelInput = { idempotencyKey, orderId: '6' };

const cases: { readonly [Name in MutationName]: MutationCase<OrderClients> } = {
  placeOrder: {
    input: placeInput,
    identity: customer,
    fakes: { order: { placeOrder: async () => ({ order: sampleOrder('6') }) } },
    request: placeInput,
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
};

testMutationCases(createOrderSubgraph, mutationCodes, cases);

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
