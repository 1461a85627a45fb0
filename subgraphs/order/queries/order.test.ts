import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };

test('an order with all that it knows of itself', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    `query ($id: ID!) { order(id: $id) {
      id status placedAt total { amountCents currency } address { label street city postalCode area }
    } }`,
    { variables: { id: '5' }, identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    order: {
      id: '5',
      status: 'CREATED',
      placedAt: '2030-01-31T18:00:00.000Z',
      total: { amountCents: 6 * 2 ** 40, currency: 'EUR' },
      address: {
        label: 'Home',
        street: 'Main Street 1',
        city: 'Berlin',
        postalCode: '10115',
        area: 'Mitte',
      },
    },
  });
  assert.deepEqual(
    calls.map(({ rpc, request, context }) => [rpc, request, context.identity]),
    [['order.batchGetOrders', { ids: ['5'] }, customer]],
    'whose order it is, the service decides by this identity',
  );
});

test('orders of one query come in one BatchGetOrders; a missing one is null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ a: order(id: "1") { id } b: order(id: "missing") { id } c: order(id: "2") { id } again: order(id: "1") { status } }',
    { identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, { a: { id: '1' }, b: null, c: { id: '2' }, again: { status: 'CREATED' } });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [['order.batchGetOrders', { ids: ['1', 'missing', '2'] }]],
  );
});

test('strangers see no order, and none is read for them', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute('{ order(id: "1") { id } }');
  assert.deepEqual(data, { order: null });
  assert.equal(errors?.[0]?.extensions?.['code'], 'UNAUTHENTICATED');
  assert.deepEqual(calls, []);
});
