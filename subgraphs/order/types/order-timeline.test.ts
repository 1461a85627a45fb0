import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { OrderStatus } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const query = '{ order(id: "1") { id timeline { status at } } }';

test('what happened to an order, oldest first', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(query, { identity: customer });
  assert.equal(errors, undefined);
  const timeline = [
    { status: 'CREATED', at: '2030-01-31T18:00:00.000Z' },
    { status: 'PAID', at: '2030-01-31T18:05:00.000Z' },
  ];
  assert.deepEqual(data, { order: { id: '1', timeline } });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [
      ['order.batchGetOrders', { ids: ['1'] }],
      ['order.batchGetOrderTimelines', { orderIds: ['1'] }],
    ],
  );
});

test('timelines of two hundred and fifty orders cost three BatchGetOrderTimelines', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const representations = Array.from({ length: 250 }, (_, index) => ({
    __typename: 'Order',
    id: `${index}`,
  }));
  const { errors } = await execute(
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Order { timeline { status } } }
    }`,
    { variables: { representations }, identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(
    calls
      .filter(({ rpc }) => rpc === 'order.batchGetOrderTimelines')
      .map(({ request }) => (request as { orderIds: string[] }).orderIds.length),
    [100, 100, 50],
  );
});

test('a step without its moment is a defect of its service, and nulls the timeline only', async () => {
  const { execute } = createSubgraphHarness(createOrderSubgraph, {
    ...fakeServices,
    order: {
      ...fakeServices.order,
      batchGetOrderTimelines: async () => ({
        timelines: [{ steps: [{ status: OrderStatus.CREATED, at: undefined }] }],
      }),
    },
  });
  const { data, errors } = await execute(query, { identity: customer });
  assert.deepEqual(data, { order: { id: '1', timeline: null } });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
});

test('timelines that cannot be read null their own field only', async () => {
  const { execute } = createSubgraphHarness(createOrderSubgraph, {
    ...fakeServices,
    order: {
      ...fakeServices.order,
      batchGetOrderTimelines: async () => {
        throw new AppError('UNAVAILABLE', { retryAfterMs: 400 });
      },
    },
  });
  const { data, errors } = await execute(query, { identity: customer });
  assert.deepEqual(data, { order: { id: '1', timeline: null } });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'UNAVAILABLE', retryAfterMs: 400 });
});
