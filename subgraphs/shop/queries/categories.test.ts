import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createShopSubgraph } from '../shop-subgraph.ts';
import { fakeServices } from '../testing/fake-services.ts';

const selection = '{ edges { node { id name } cursor } pageInfo { hasNextPage endCursor } }';

test('categories in pages', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data } = await execute(
    `{ first: categories(first: 2) ${selection} next: categories(first: 2, after: "2") ${selection} }`,
  );
  const edge = (id: string) => ({ node: { id, name: `Category ${id}` }, cursor: id });
  assert.deepEqual(data, {
    first: { edges: [edge('1'), edge('2')], pageInfo: { hasNextPage: true, endCursor: '2' } },
    next: { edges: [edge('3')], pageInfo: { hasNextPage: false, endCursor: '3' } },
  });
  assert.deepEqual(
    calls.map(({ request }) => request),
    [{ first: 2 }, { first: 2, after: '2' }],
  );
});

test('a page of more than a hundred is refused', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, fakeServices);
  const { data, errors } = await execute(`{ categories(first: 101) ${selection} }`);
  assert.deepEqual(data, { categories: null });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
  assert.deepEqual(calls, []);
});
