import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { type MutationCase, testMutationCases } from '@tiffin/lib/testing/mutation-cases';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { FlashSaleTicketStatus } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { DeliveryStatus } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { OrderStatus } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { TransactionResolution } from '@tiffin/proto/gen/tiffin/order/v1/order_admin';
import type { OrderClients } from './clients.ts';
import { type MutationName, mutationCodes } from './mutation-codes.gen.ts';
import { createOrderSubgraph } from './order-subgraph.ts';
import {
  fakeServices,
  sampleDelivery,
  sampleManagedSale,
  sampleOrder,
  sampleTicket,
  sampleTransaction,
} from './testing/fake-services.ts';

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
const joinInput = { flashSaleId: '5', token: 'token-of-7', addressId: '3' };
const saleFields = {
  name: 'A hundred pizzas',
  goodsId: '4',
  price: { amountCents: 2 ** 40, currency: 'EUR' },
  startsAt: '2030-01-31T18:00:00.000Z',
  endsAt: '2030-01-31T19:00:00.000Z',
};
const rules = [
  { accountAge: { minDays: 30 } },
  { area: { areas: ['Mitte', 'Wedding'] } },
  { pastOrders: { minOrders: 2 } },
];
const ruleMessages = [
  { rule: { $case: 'accountAge', value: { minDays: 30 } } },
  { rule: { $case: 'area', value: { areas: ['Mitte', 'Wedding'] } } },
  { rule: { $case: 'pastOrders', value: { minOrders: 2 } } },
];
const createInput = { idempotencyKey, fields: { ...saleFields, rules }, stock: 100 };
const updateInput = { idempotencyKey, flashSaleId: '5', version: 3, fields: { ...saleFields, rules } };
const adjustInput = { idempotencyKey, flashSaleId: '5', delta: -3, reason: 'Three were eaten.' };
const endInput = { idempotencyKey, flashSaleId: '5' };
const managedSale = async () => ({ flashSale: sampleManagedSale('5') });

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
  flashSaleToken: {
    input: { flashSaleId: '5' },
    identity: customer,
    fakes: {
      flashSale: {
        flashSaleToken: async () => ({ token: 'token-of-7', expiresAt: new Date('2030-01-31T19:00:00Z') }),
      },
    },
    request: { flashSaleId: '5' },
    selection: 'token expiresAt',
    success: { token: 'token-of-7', expiresAt: '2030-01-31T19:00:00.000Z' },
  },
  joinFlashSale: {
    input: joinInput,
    identity: customer,
    fakes: {
      flashSale: {
        joinFlashSale: async () => ({
          ticket: { ...sampleTicket('8'), status: FlashSaleTicketStatus.QUEUED, orderId: undefined },
          pollAfterMs: 700,
        }),
      },
    },
    request: joinInput,
    successType: 'Queued',
    selection: 'ticket { id status queuedAt order { id } } pollAfterMs',
    success: {
      ticket: { id: '8', status: 'QUEUED', queuedAt: '2030-01-31T18:00:01.000Z', order: null },
      pollAfterMs: 700,
    },
  },
  createFlashSale: {
    input: createInput,
    identity: admin,
    fakes: { flashSaleAdmin: { createFlashSale: managedSale } },
    request: { ...createInput, fields: { ...saleFields, rules: ruleMessages } },
    selection: `flashSale {
      version reserved sold flashSale { id left }
      rules { ... on AccountAgeRule { minDays } ... on AreaRule { areas } ... on PastOrdersRule { minOrders } }
    }`,
    success: {
      flashSale: {
        version: 3,
        reserved: 13,
        sold: 80,
        flashSale: { id: '5', left: 7 },
        rules: [{ minDays: 30 }, { areas: ['Mitte', 'Wedding'] }, { minOrders: 2 }],
      },
    },
  },
  updateFlashSale: {
    input: updateInput,
    identity: admin,
    fakes: { flashSaleAdmin: { updateFlashSale: managedSale } },
    request: { ...updateInput, fields: { ...saleFields, rules: ruleMessages } },
    selection: 'flashSale { version flashSale { id } }',
    success: { flashSale: { version: 3, flashSale: { id: '5' } } },
  },
  endFlashSale: {
    input: endInput,
    identity: admin,
    fakes: { flashSaleAdmin: { endFlashSale: managedSale } },
    request: endInput,
    selection: 'flashSale { version flashSale { id } }',
    success: { flashSale: { version: 3, flashSale: { id: '5' } } },
  },
  adjustFlashSaleStock: {
    input: adjustInput,
    identity: admin,
    fakes: { flashSaleAdmin: { adjustFlashSaleStock: managedSale } },
    request: adjustInput,
    selection: 'flashSale { version flashSale { id } }',
    success: { flashSale: { version: 3, flashSale: { id: '5' } } },
  },
  deleteFlashSale: {
    input: endInput,
    identity: admin,
    fakes: { flashSaleAdmin: { deleteFlashSale: async () => ({}) } },
    request: endInput,
    selection: 'flashSaleId',
    success: { flashSaleId: '5' },
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
  createFlashSale: createInput,
  updateFlashSale: updateInput,
  endFlashSale: endInput,
  adjustFlashSaleStock: adjustInput,
  deleteFlashSale: endInput,
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

for (const [what, rule] of Object.entries({
  'nothing in it': {},
  null: { area: null },
  'two things in it': { ...rules[0], ...rules[2] },
})) {
  for (const mutation of ['createFlashSale', 'updateFlashSale'] as const) {
    test(`${mutation} refuses a rule with ${what} by its place, and calls nobody`, async () => {
      const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
      const type = mutation === 'createFlashSale' ? 'CreateFlashSaleInput' : 'UpdateFlashSaleInput';
      const fields = { ...saleFields, rules: [rules[1], rule] };
      const input = mutation === 'createFlashSale' ? { ...createInput, fields } : { ...updateInput, fields };
      const { data } = await execute(
        `mutation ($input: ${type}!) {
          ${mutation}(input: $input) { __typename ... on InvalidArgument { violations { field expected } } }
        }`,
        { variables: { input }, identity: admin },
      );
      const expected = 'must have exactly one of accountAge, area and pastOrders';
      const violations = [{ field: 'fields.rules[1]', expected }];
      assert.deepEqual(data, { [mutation]: { __typename: 'InvalidArgument', violations } });
      assert.deepEqual(calls, []);
    });
  }
}

test('a flash sale without a word on rules lets everybody in', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, {
    flashSaleAdmin: { createFlashSale: managedSale },
  });
  const { errors } = await execute(
    'mutation ($input: CreateFlashSaleInput!) { createFlashSale(input: $input) { __typename } }',
    { variables: { input: { ...createInput, fields: saleFields } }, identity: admin },
  );
  assert.equal(errors, undefined);
  const sent = calls.map(({ request }) => JSON.parse(JSON.stringify(request)));
  assert.deepEqual(sent, [{ ...createInput, fields: { ...saleFields, rules: [] } }]);
});
