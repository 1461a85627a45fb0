import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { OrderStatus } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices, sampleOrder } from '../testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const itemPage = '{ edges { node { quantity } cursor } pageInfo { hasNextPage endCursor } }';
const itemEdge = (goods: number) => ({ node: { quantity: goods }, cursor: `goods-${goods}` });

test('the shop and the customer of an order are references that cost no rpc', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ order(id: "1") { shop { __typename id } customer { __typename id } } }',
    { identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    order: { shop: { __typename: 'Shop', id: 'shop-1' }, customer: { __typename: 'User', id: '7' } },
  });
  assert.equal(calls.length, 1);
});

test('the items of an order come with it, in pages', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ order(id: "1") {
      all: items ${itemPage}
      start: items(first: 2) ${itemPage}
      rest: items(first: 2, after: "goods-2") ${itemPage}
    } }`,
    { identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    order: {
      all: {
        edges: [itemEdge(1), itemEdge(2), itemEdge(3)],
        pageInfo: { hasNextPage: false, endCursor: 'goods-3' },
      },
      start: {
        edges: [itemEdge(1), itemEdge(2)],
        pageInfo: { hasNextPage: true, endCursor: 'goods-2' },
      },
      rest: { edges: [itemEdge(3)], pageInfo: { hasNextPage: false, endCursor: 'goods-3' } },
    },
  });
  assert.equal(calls.length, 1);
});

for (const [args, field] of [
  ['first: 101', 'first'],
  ['after: "goods-9"', 'after'],
] as const) {
  test(`items(${args}) are refused by name and null alone`, async () => {
    const { execute } = createSubgraphHarness(createOrderSubgraph, fakeServices);
    const { data, errors } = await execute(`{ order(id: "1") { id items(${args}) ${itemPage} } }`, {
      identity: customer,
    });
    assert.deepEqual(data, { order: { id: '1', items: null } });
    assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
    const violations = errors[0]?.extensions?.['violations'] as { field: string }[] | undefined;
    assert.equal(violations?.[0]?.field, field);
  });
}

test('what an order costs, and who pays which part of it', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const money = '{ amountCents currency }';
  const { data, errors } = await execute(
    `{ order(id: "1") { total ${money} discount ${money} walletAmount ${money} payable ${money} } }`,
    { identity: customer },
  );
  assert.equal(errors, undefined);
  const eur = (amountCents: number) => ({ amountCents, currency: 'EUR' });
  assert.deepEqual(data, {
    order: {
      total: eur(6 * 2 ** 40),
      discount: eur(2 ** 40),
      walletAmount: eur(2 * 2 ** 40),
      payable: eur(3 * 2 ** 40),
    },
  });
  assert.equal(calls.length, 1);
});

for (const status of [
  'CREATED',
  'PAID',
  'CANCELLED',
  'CLOSED',
  'ASSIGNED',
  'PICKED_UP',
  'DELIVERED',
  'COMPLETED',
] as const) {
  test(`an order that is ${status} says so`, async () => {
    const { execute } = createSubgraphHarness(createOrderSubgraph, {
      order: {
        batchGetOrders: async () => ({
          orders: [{ order: { ...sampleOrder('1'), status: OrderStatus[status] } }],
        }),
      },
    });
    const { data, errors } = await execute('{ order(id: "1") { status } }', { identity: customer });
    assert.equal(errors, undefined);
    assert.deepEqual(data, { order: { status } });
  });
}

for (const [field, selection] of Object.entries({
  total: '{ currency }',
  discount: '{ currency }',
  walletAmount: '{ currency }',
  payable: '{ currency }',
  address: '{ city }',
  placedAt: '',
})) {
  test(`an order without its ${field} is a defect of its service`, async () => {
    const { execute } = createSubgraphHarness(createOrderSubgraph, {
      order: {
        batchGetOrders: async () => ({ orders: [{ order: { ...sampleOrder('1'), [field]: undefined } }] }),
      },
    });
    const { data, errors } = await execute(`{ order(id: "1") { ${field} ${selection} } }`, {
      identity: customer,
    });
    assert.deepEqual(data, { order: null });
    assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
  });
}

test('orders as references of other subgraphs; a missing one is null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ _entities(representations: [
      { __typename: "Order", id: "missing" }, { __typename: "Order", id: "1" }
    ]) { ... on Order { status } } }`,
    { identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, { _entities: [null, { status: 'CREATED' }] });
  assert.equal(calls.length, 1);
});
