import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const selection = '{ edges { node { id } cursor } pageInfo { hasNextPage endCursor } }';

test('flash sales are for everybody: twenty unless asked otherwise, and a page after a cursor', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ all: flashSales ${selection} page: flashSales(first: 1, after: "1") ${selection} }`,
  );
  assert.equal(errors, undefined);
  const edge = (id: string) => ({ node: { id }, cursor: id });
  assert.deepEqual(data, {
    all: { edges: [edge('1'), edge('2'), edge('3')], pageInfo: { hasNextPage: false, endCursor: '3' } },
    page: { edges: [edge('2')], pageInfo: { hasNextPage: true, endCursor: '2' } },
  });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [
      ['flashSale.listFlashSales', { first: 20 }],
      ['flashSale.listFlashSales', { first: 1, after: '1' }],
    ],
  );
});

test('a page of more than a hundred is refused without a call', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(`{ flashSales(first: 101) ${selection} }`);
  assert.deepEqual(data, { flashSales: null });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
  assert.deepEqual(calls, []);
});

test('whether a user may join what is on a page costs one BatchGetEligibility', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ flashSales { edges { node { eligibility { __typename ... on Eligible { isEligible } } } } } }',
    { identity: customer },
  );
  assert.equal(errors, undefined);
  const node = { eligibility: { __typename: 'Eligible', isEligible: true } };
  assert.deepEqual(data, { flashSales: { edges: [{ node }, { node }, { node }] } });
  assert.deepEqual(
    calls.map(({ rpc, request, context }) => [rpc, request, context.identity]),
    [
      ['flashSale.listFlashSales', { first: 20 }, customer],
      ['flashSale.batchGetEligibility', { flashSaleIds: ['1', '2', '3'] }, customer],
    ],
  );
});
