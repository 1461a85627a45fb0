import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { type FlashSaleEligibility, FlashSaleStatus } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices, sampleFlashSale, sampleOrder } from '../testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const eligibility = `eligibility {
  __typename
  ... on Error { code message }
  ... on NotStarted { startsAt }
  ... on AccessDenied { rule reason }
  ... on AlreadyJoined { ticketId }
  ... on SoldOut { flashSaleId }
  ... on Ended { flashSaleId }
}`;

test('a flash sale for somebody unknown: all of it, and nothing is asked about nobody', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ flashSale(id: "5") {
      id name status startsAt endsAt price { amountCents currency } stock left
      goods { __typename id } shop { __typename id } ${eligibility}
    } }`,
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    flashSale: {
      id: '5',
      name: 'A hundred pizzas',
      status: 'RUNNING',
      startsAt: '2030-01-31T18:00:00.000Z',
      endsAt: '2030-01-31T19:00:00.000Z',
      price: { amountCents: 2 ** 40, currency: 'EUR' },
      stock: 100,
      left: 7,
      goods: { __typename: 'Goods', id: 'goods-5' },
      shop: { __typename: 'Shop', id: 'shop-5' },
      eligibility: null,
    },
  });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [['flashSale.batchGetFlashSales', { ids: ['5'] }]],
  );
});

test('flash sales of one query come in one BatchGetFlashSales; a missing one is null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ a: flashSale(id: "1") { id } b: flashSale(id: "missing") { id } c: flashSale(id: "2") { id } }',
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, { a: { id: '1' }, b: null, c: { id: '2' } });
  assert.deepEqual(
    calls.map(({ request }) => request),
    [{ ids: ['1', 'missing', '2'] }],
  );
});

/** What the service says of a user, and how it is shown. */
const verdicts: readonly (readonly [FlashSaleEligibility['verdict'], object])[] = [
  [{ $case: 'eligible', value: {} }, { __typename: 'Eligible' }],
  [
    { $case: 'notStarted', value: { startsAt: new Date('2030-02-01T00:00:00Z') } },
    {
      __typename: 'NotStarted',
      code: 'NOT_STARTED',
      message: 'The flash sale has not started.',
      startsAt: '2030-02-01T00:00:00.000Z',
    },
  ],
  [
    { $case: 'accessDenied', value: { rule: 'AREA', reason: 'You have no address in Mitte.' } },
    {
      __typename: 'AccessDenied',
      code: 'ACCESS_DENIED',
      message: 'You cannot take part in this flash sale.',
      rule: 'AREA',
      reason: 'You have no address in Mitte.',
    },
  ],
  [
    { $case: 'alreadyJoined', value: { ticketId: '8' } },
    {
      __typename: 'AlreadyJoined',
      code: 'ALREADY_JOINED',
      message: 'You have already joined this flash sale.',
      ticketId: '8',
    },
  ],
  [
    { $case: 'soldOut', value: { flashSaleId: '5' } },
    { __typename: 'SoldOut', code: 'SOLD_OUT', message: 'This is sold out.', flashSaleId: '5' },
  ],
  [
    { $case: 'ended', value: { flashSaleId: '5' } },
    { __typename: 'Ended', code: 'ENDED', message: 'The flash sale is over.', flashSaleId: '5' },
  ],
];

for (const [verdict, shown] of verdicts) {
  test(`a verdict of ${verdict?.$case} is shown as it would be in a join`, async () => {
    const { execute } = createSubgraphHarness(createOrderSubgraph, {
      flashSale: {
        ...fakeServices.flashSale,
        batchGetEligibility: async () => ({ eligibility: [{ verdict }] }),
      },
    });
    const { data, errors } = await execute(`{ flashSale(id: "5") { ${eligibility} } }`, {
      identity: customer,
    });
    assert.equal(errors, undefined);
    assert.deepEqual(data, { flashSale: { eligibility: shown } });
  });
}

test('eligibility that cannot be found out is null alone, with an error', async () => {
  const { execute } = createSubgraphHarness(createOrderSubgraph, {
    flashSale: {
      ...fakeServices.flashSale,
      batchGetEligibility: async () => {
        throw new AppError('UNAVAILABLE', { retryAfterMs: 400 });
      },
    },
  });
  const { data, errors } = await execute(`{ flashSale(id: "5") { id ${eligibility} } }`, {
    identity: customer,
  });
  assert.deepEqual(data, { flashSale: { id: '5', eligibility: null } });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'UNAVAILABLE', retryAfterMs: 400 });
});

test('of two flash sales the one without a verdict is null alone, with an error', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, {
    flashSale: {
      ...fakeServices.flashSale,
      batchGetEligibility: async ({ flashSaleIds }) => ({
        eligibility: flashSaleIds.map((id) => ({
          verdict: id === '5' ? undefined : ({ $case: 'eligible', value: {} } as const),
        })),
      }),
    },
  });
  const { data, errors } = await execute(
    `{ ruled: flashSale(id: "5") { id ${eligibility} } open: flashSale(id: "6") { id ${eligibility} } }`,
    { identity: customer },
  );
  assert.deepEqual(data, {
    ruled: { id: '5', eligibility: null },
    open: { id: '6', eligibility: { __typename: 'Eligible' } },
  });
  assert.deepEqual(
    errors?.map(({ path, extensions }) => [path, extensions]),
    [[['ruled', 'eligibility'], { code: 'UNAVAILABLE', retryAfterMs: 1_000 }]],
  );
  assert.equal(calls.filter(({ rpc }) => rpc === 'flashSale.batchGetEligibility').length, 1);
});

for (const status of ['UPCOMING', 'RUNNING', 'SOLD_OUT', 'ENDED'] as const) {
  test(`a flash sale that is ${status} says so`, async () => {
    const flashSale = { ...sampleFlashSale('5'), status: FlashSaleStatus[status] };
    const { execute } = createSubgraphHarness(createOrderSubgraph, {
      flashSale: { batchGetFlashSales: async () => ({ flashSales: [{ flashSale }] }) },
    });
    assert.deepEqual(await execute('{ flashSale(id: "5") { status } }'), { data: { flashSale: { status } } });
  });
}

for (const [field, selection] of Object.entries({ startsAt: '', endsAt: '', price: '{ currency }' })) {
  test(`a flash sale without its ${field} is a defect of its service`, async () => {
    const flashSale = { ...sampleFlashSale('5'), [field]: undefined };
    const { execute } = createSubgraphHarness(createOrderSubgraph, {
      flashSale: { batchGetFlashSales: async () => ({ flashSales: [{ flashSale }] }) },
    });
    const { data, errors } = await execute(`{ flashSale(id: "5") { ${field} ${selection} } }`);
    assert.deepEqual(data, { flashSale: null });
    assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
  });
}

test('an order of a flash sale names it, others name none; many cost ⌈n / 100⌉ BatchGetFlashSales', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, {
    ...fakeServices,
    order: {
      batchGetOrders: async ({ ids }) => ({
        orders: ids.map((id) => ({
          order: { ...sampleOrder(id), flashSaleId: id === '0' ? undefined : `sale-${id}` },
        })),
      }),
    },
  });
  const representations = Array.from({ length: 251 }, (_, index) => ({
    __typename: 'Order',
    id: `${index}`,
  }));
  const { data, errors } = await execute(
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Order { flashSale { id } } }
    }`,
    { variables: { representations }, identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(
    data?.['_entities'],
    representations.map(({ id }) => ({ flashSale: id === '0' ? null : { id: `sale-${id}` } })),
  );
  assert.deepEqual(
    calls
      .filter(({ rpc }) => rpc === 'flashSale.batchGetFlashSales')
      .map(({ request }) => (request as { ids: string[] }).ids.length),
    [100, 100, 50],
  );
});
