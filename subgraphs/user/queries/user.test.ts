import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { fakeServices } from '../testing/fake-services.ts';
import { createUserSubgraph } from '../user-subgraph.ts';

const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };

test('an administrator sees any user; a missing one is null', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute('{ a: user(id: "7") { id email } b: user(id: "missing") { id } }', {
    identity: admin,
  });
  assert.equal(errors, undefined);
  assert.deepEqual(data, { a: { id: '7', email: 'user-7@example.org' }, b: null });
  assert.equal(calls.length, 1);
});

test('nobody else looks users up, not even themselves', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const identity: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER', 'MERCHANT'] };
  const { data, errors } = await execute('{ user(id: "7") { id } me { id } }', { identity });
  assert.deepEqual(data, { user: null, me: { id: '7' } });
  assert.deepEqual(
    errors?.map(({ path, extensions }) => [path, extensions?.['code']]),
    [[['user'], 'FORBIDDEN']],
  );
  assert.equal(calls.length, 1);
});
