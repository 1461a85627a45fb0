import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { type FlashSaleTicket, FlashSaleTicketStatus } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices, sampleTicket } from '../testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };

const withTicket = (ticket: FlashSaleTicket) =>
  createSubgraphHarness(createOrderSubgraph, {
    ...fakeServices,
    flashSale: {
      ...fakeServices.flashSale,
      batchGetFlashSaleTickets: async () => ({ tickets: [{ ticket }] }),
    },
  });

test('a ticket with its flash sale and its order; the order is read once', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ flashSaleTicket(id: "8") { id status queuedAt flashSale { id name } order { id status } } }',
    { identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    flashSaleTicket: {
      id: '8',
      status: 'ORDERED',
      queuedAt: '2030-01-31T18:00:01.000Z',
      flashSale: { id: '5', name: 'A hundred pizzas' },
      order: { id: 'order-8', status: 'CREATED' },
    },
  });
  assert.deepEqual(
    calls.map(({ rpc, request, context }) => [rpc, request, context.identity]),
    [
      ['flashSale.batchGetFlashSaleTickets', { ids: ['8'] }, customer],
      ['order.batchGetOrders', { ids: ['order-8'] }, customer],
      ['flashSale.batchGetFlashSales', { ids: ['5'] }, customer],
    ],
  );
});

test('tickets of one query come in one batch each; a missing one is null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ a: flashSaleTicket(id: "1") { status } b: flashSaleTicket(id: "missing") { id } c: flashSaleTicket(id: "2") { status } }',
    { identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, { a: { status: 'ORDERED' }, b: null, c: { status: 'ORDERED' } });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [
      ['flashSale.batchGetFlashSaleTickets', { ids: ['1', 'missing', '2'] }],
      ['order.batchGetOrders', { ids: ['order-1', 'order-2'] }],
    ],
  );
});

for (const status of ['ORDERED', 'RETURNED'] as const) {
  test(`a ticket that is ${status} stays QUEUED until its order can be read`, async () => {
    for (const [orderId, shown] of [
      ['missing-8', 'QUEUED'],
      ['order-8', status],
    ] as const) {
      const ticket = { ...sampleTicket('8'), status: FlashSaleTicketStatus[status], orderId };
      const { data } = await withTicket(ticket).execute(
        '{ flashSaleTicket(id: "8") { status order { id } } }',
        {
          identity: customer,
        },
      );
      const order = shown === 'QUEUED' ? null : { id: orderId };
      assert.deepEqual(data, { flashSaleTicket: { status: shown, order } });
    }
  });
}

for (const status of ['QUEUED', 'SOLD', 'SOLD_OUT', 'REFUSED'] as const) {
  test(`a ticket that is ${status} says so, whether there is an order or not`, async () => {
    for (const orderId of [undefined, 'missing-8']) {
      const { execute, calls } = withTicket({
        ...sampleTicket('8'),
        status: FlashSaleTicketStatus[status],
        orderId,
      });
      const answer = await execute('{ flashSaleTicket(id: "8") { status } }', { identity: customer });
      assert.deepEqual(answer, { data: { flashSaleTicket: { status } } });
      assert.equal(calls.length, 1, 'and no order is read for it');
    }
  });
}

test('a ticket without its moment is a defect of its service', async () => {
  const { execute } = withTicket({ ...sampleTicket('8'), queuedAt: undefined });
  const { data, errors } = await execute('{ flashSaleTicket(id: "8") { queuedAt } }', { identity: customer });
  assert.deepEqual(data, { flashSaleTicket: null });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
});

test('strangers see no ticket, and none is read for them', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute('{ flashSaleTicket(id: "8") { id } }');
  assert.deepEqual(data, { flashSaleTicket: null });
  assert.equal(errors?.[0]?.extensions?.['code'], 'UNAUTHENTICATED');
  assert.deepEqual(calls, []);
});
