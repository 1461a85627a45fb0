import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices, sampleTransaction } from '../testing/fake-services.ts';

const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const selection = '{ edges { node { id } cursor } pageInfo { hasNextPage endCursor } }';

test('a stuck transaction with all that support needs of it', async () => {
  const { execute } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    '{ stuckTransactions(first: 1) { edges { node { id isConfirmed participants attempts lastError decidedAt } } } }',
    { identity: admin },
  );
  assert.equal(errors, undefined);
  const node = {
    id: '1',
    isConfirmed: true,
    participants: ['goods', 'account'],
    attempts: 20,
    lastError: 'UNAVAILABLE',
    decidedAt: '2030-01-31T18:05:00.000Z',
  };
  assert.deepEqual(data, { stuckTransactions: { edges: [{ node }] } });
});

test('twenty unless asked otherwise, and a page after a cursor', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ all: stuckTransactions ${selection} page: stuckTransactions(first: 1, after: "1") ${selection} }`,
    { identity: admin },
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
      ['orderAdmin.listStuckTransactions', { first: 20 }],
      ['orderAdmin.listStuckTransactions', { first: 1, after: '1' }],
    ],
  );
});

test('a page of more than a hundred is refused without a call', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(`{ stuckTransactions(first: 101) ${selection} }`, {
    identity: admin,
  });
  assert.deepEqual(data, { stuckTransactions: null });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
  assert.deepEqual(calls, []);
});

test('a transaction without its decision is a defect of its service', async () => {
  const transaction = { ...sampleTransaction('1'), decidedAt: undefined };
  const { execute } = createSubgraphHarness(createOrderSubgraph, {
    orderAdmin: {
      listStuckTransactions: async () => ({ edges: [{ transaction, cursor: '1' }], hasNextPage: false }),
    },
  });
  const { data, errors } = await execute('{ stuckTransactions { edges { node { decidedAt } } } }', {
    identity: admin,
  });
  assert.deepEqual(data, { stuckTransactions: null });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
});

test('nobody but administrators sees them, and none is read for others', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const identity: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER', 'MERCHANT'] };
  const { data, errors } = await execute(`{ stuckTransactions ${selection} }`, { identity });
  assert.deepEqual(data, { stuckTransactions: null });
  assert.equal(errors?.[0]?.extensions?.['code'], 'FORBIDDEN');
  assert.deepEqual(calls, []);
});
