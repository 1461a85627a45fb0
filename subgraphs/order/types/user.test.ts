import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const query = `query ($representations: [_Any!]!, $first: Int!) {
  _entities(representations: $representations) {
    ... on User { id orders(first: $first) { edges { node { id customer { id } } cursor } pageInfo { hasNextPage endCursor } } }
  }
}`;
const references = (...ids: string[]) => ids.map((id) => ({ __typename: 'User', id }));
const edge = (user: string, cursor: string) => ({
  node: { id: `${user}-${cursor}`, customer: { id: user } },
  cursor,
});

test('what two users ordered costs one BatchListUserOrders', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(query, {
    variables: { representations: references('7', '8'), first: 2 },
    identity: admin,
  });
  assert.equal(errors, undefined);
  const user = (id: string) => ({
    id,
    orders: { edges: [edge(id, '1'), edge(id, '2')], pageInfo: { hasNextPage: true, endCursor: '2' } },
  });
  assert.deepEqual(data, { _entities: [user('7'), user('8')] });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, JSON.parse(JSON.stringify(request))]),
    [
      [
        'order.batchListUserOrders',
        {
          pages: [
            { parentId: '7', first: 2 },
            { parentId: '8', first: 2 },
          ],
        },
      ],
    ],
  );
});

test("one's own orders are shown, others' refused and not read", async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(query, {
    variables: { representations: references('7', '8'), first: 1 },
    identity: customer,
  });
  assert.deepEqual(data, {
    _entities: [
      { id: '7', orders: { edges: [edge('7', '1')], pageInfo: { hasNextPage: true, endCursor: '1' } } },
      { id: '8', orders: null },
    ],
  });
  assert.deepEqual(
    errors?.map(({ path, extensions }) => [path, extensions?.['code']]),
    [[['_entities', 1, 'orders'], 'FORBIDDEN']],
  );
  assert.deepEqual(
    calls.map(({ request }) => JSON.parse(JSON.stringify(request))),
    [{ pages: [{ parentId: '7', first: 1 }] }],
  );
});

test('a page of more than a hundred orders is refused', async () => {
  const { execute, calls } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(query, {
    variables: { representations: references('7'), first: 101 },
    identity: customer,
  });
  assert.deepEqual(data, { _entities: [{ id: '7', orders: null }] });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
  assert.deepEqual(calls, []);
});
