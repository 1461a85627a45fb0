import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { type Delivery, DeliveryStatus } from '@tiffin/proto/gen/tiffin/delivery/v1/delivery';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices, sampleDelivery, sampleOrder } from '../testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const query = '{ order(id: "1") { id delivery { id status courierName requestedAt changedAt } } }';

const withDelivery = (delivery: Delivery | undefined) =>
  createSubgraphHarness(createOrderSubgraph, {
    ...fakeServices,
    delivery: { batchGetOrderDeliveries: async () => ({ deliveries: [{ delivery }] }) },
  });

test('the delivery of an order, and who brings it', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(query, { identity: customer });
  assert.equal(errors, undefined);
  const delivery = {
    id: 'delivery-1',
    status: 'PICKED_UP',
    courierName: 'Cleo',
    requestedAt: '2030-01-31T18:05:00.000Z',
    changedAt: '2030-01-31T18:20:00.000Z',
  };
  assert.deepEqual(data, { order: { id: '1', delivery } });
  assert.deepEqual(
    calls.map(({ rpc, request, context }) => [rpc, request, context.identity]),
    [
      ['order.batchGetOrders', { ids: ['1'] }, customer],
      ['delivery.batchGetOrderDeliveries', { orderIds: ['1'] }, customer],
    ],
  );
});

for (const status of ['REQUESTED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED'] as const) {
  test(`a delivery that is ${status} says so`, async () => {
    const { execute } = withDelivery({ ...sampleDelivery('1'), status: DeliveryStatus[status] });
    const { data, errors } = await execute('{ order(id: "1") { delivery { status } } }', {
      identity: customer,
    });
    assert.equal(errors, undefined);
    assert.deepEqual(data, { order: { delivery: { status } } });
  });
}

test('an order without a delivery, and a delivery without a courier, are null there without an error', async () => {
  const none = await withDelivery(undefined).execute(query, { identity: customer });
  assert.deepEqual(none, { data: { order: { id: '1', delivery: null } } });
  const nobody = withDelivery({ ...sampleDelivery('1'), courierName: undefined });
  assert.deepEqual(
    await nobody.execute('{ order(id: "1") { delivery { courierName } } }', { identity: customer }),
    { data: { order: { delivery: { courierName: null } } } },
  );
});

for (const [field, values] of Object.entries({
  status: { status: DeliveryStatus.UNSPECIFIED },
  requestedAt: { requestedAt: undefined },
  changedAt: { changedAt: undefined },
})) {
  test(`a delivery without its ${field} is a defect of its service, and null alone`, async () => {
    const { execute } = withDelivery({ ...sampleDelivery('1'), ...values });
    const { data, errors } = await execute(`{ order(id: "1") { id delivery { ${field} } } }`, {
      identity: customer,
    });
    assert.deepEqual(data, { order: { id: '1', delivery: null } });
    assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
  });
}

test('without the delivery service only the deliveries are null, each with an error', async () => {
  const { execute } = createSubgraphHarness(createOrderSubgraph, {
    ...fakeServices,
    delivery: {
      batchGetOrderDeliveries: async () => {
        throw new AppError('UNAVAILABLE', { retryAfterMs: 400 });
      },
    },
  });
  const { data, errors } = await execute(
    '{ a: order(id: "1") { status timeline { status } delivery { id } } b: order(id: "2") { delivery { id } } }',
    { identity: customer },
  );
  const timeline = [{ status: 'CREATED' }, { status: 'PAID' }];
  assert.deepEqual(data, { a: { status: 'CREATED', timeline, delivery: null }, b: { delivery: null } });
  assert.deepEqual(
    errors?.map(({ path, extensions }) => [path?.join('.'), extensions]).sort(),
    ['a.delivery', 'b.delivery'].map((path) => [path, { code: 'UNAVAILABLE', retryAfterMs: 400 }]),
  );
});

test('deliveries of two hundred and fifty orders cost three BatchGetOrderDeliveries', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, {
    ...fakeServices,
    order: {
      batchGetOrders: async ({ ids }) => ({ orders: ids.map((id) => ({ order: sampleOrder(id) })) }),
    },
  });
  const representations = Array.from({ length: 250 }, (_, index) => ({
    __typename: 'Order',
    id: `${index}`,
  }));
  const { data, errors } = await execute(
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Order { delivery { id } } }
    }`,
    { variables: { representations }, identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(
    data?.['_entities'],
    representations.map(({ id }) => ({ delivery: { id: `delivery-${id}` } })),
  );
  assert.deepEqual(
    calls
      .filter(({ rpc }) => rpc === 'delivery.batchGetOrderDeliveries')
      .map(({ request }) => (request as { orderIds: string[] }).orderIds.length),
    [100, 100, 50],
  );
});
