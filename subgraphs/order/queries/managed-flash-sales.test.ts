import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const selection = '{ edges { node { version } cursor } pageInfo { hasNextPage endCursor } }';

test('a managed flash sale is all that administrators write and see', async () => {
  const { execute } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ managedFlashSale(id: "5") {
      flashSale { id name status left }
      rules { ... on AccountAgeRule { minDays } ... on AreaRule { areas } ... on PastOrdersRule { minOrders } }
      version reserved sold
    } }`,
    { identity: admin },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    managedFlashSale: {
      flashSale: { id: '5', name: 'A hundred pizzas', status: 'RUNNING', left: 7 },
      rules: [{ minDays: 30 }, { areas: ['Mitte', 'Wedding'] }, { minOrders: 2 }],
      version: 3,
      reserved: 13,
      sold: 80,
    },
  });
});

test('those of one query come in one BatchGetManagedFlashSales; a missing one is null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ a: managedFlashSale(id: "1") { version } b: managedFlashSale(id: "missing") { version }
      c: managedFlashSale(id: "2") { version } }`,
    { identity: admin },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, { a: { version: 3 }, b: null, c: { version: 3 } });
  assert.deepEqual(
    calls.map(({ rpc, request, context }) => [rpc, request, context.identity]),
    [['flashSaleAdmin.batchGetManagedFlashSales', { ids: ['1', 'missing', '2'] }, admin]],
  );
});

test('twenty unless asked otherwise, and a page after a cursor', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ all: managedFlashSales ${selection} page: managedFlashSales(first: 1, after: "1") ${selection} }`,
    { identity: admin },
  );
  assert.equal(errors, undefined);
  const edge = (cursor: string) => ({ node: { version: 3 }, cursor });
  assert.deepEqual(data, {
    all: { edges: [edge('1'), edge('2'), edge('3')], pageInfo: { hasNextPage: false, endCursor: '3' } },
    page: { edges: [edge('2')], pageInfo: { hasNextPage: true, endCursor: '2' } },
  });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [
      ['flashSaleAdmin.listManagedFlashSales', { first: 20 }],
      ['flashSaleAdmin.listManagedFlashSales', { first: 1, after: '1' }],
    ],
  );
});

test('a page of more than a hundred is refused without a call', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(`{ managedFlashSales(first: 101) ${selection} }`, {
    identity: admin,
  });
  assert.deepEqual(data, { managedFlashSales: null });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
  assert.deepEqual(calls, []);
});

for (const [identity, code] of [
  [anonymous, 'UNAUTHENTICATED'],
  [customer, 'FORBIDDEN'],
] as const) {
  test(`nobody but an administrator: ${code}, and nothing is read`, async () => {
    const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
    for (const field of ['managedFlashSale(id: "5") { version }', `managedFlashSales ${selection}`]) {
      const { data, errors } = await execute(`{ ${field} }`, { identity });
      assert.deepEqual(Object.values(data ?? {}), [null]);
      assert.equal(errors?.[0]?.extensions?.['code'], code);
    }
    assert.deepEqual(calls, []);
  });
}
