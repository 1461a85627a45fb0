import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { fakeServices } from '../testing/fake-services.ts';
import { createUserSubgraph } from '../user-subgraph.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };

test('a signed-in user sees all of themselves', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute('{ me { id displayName email phone roles createdAt } }', {
    identity: customer,
  });
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    me: {
      id: '7',
      displayName: 'User 7',
      email: 'user-7@example.org',
      phone: null,
      roles: ['CUSTOMER'],
      createdAt: '2030-01-31T18:00:00.000Z',
    },
  });
  assert.deepEqual(
    calls.map(({ rpc, request, context }) => [rpc, request, context.identity]),
    [['account.batchGetUsers', { ids: ['7'] }, customer]],
  );
});

for (const [who, identity] of Object.entries<Identity>({
  'somebody who is not signed in': { kind: 'anonymous' },
  'one of our own processes': { kind: 'service', name: 'shop' },
  'a user who is gone': { kind: 'user', userId: 'missing', roles: ['CUSTOMER'] },
})) {
  test(`for ${who} me is null`, async () => {
    const { execute } = createSubgraphHarness(createUserSubgraph, fakeServices);
    assert.deepEqual(await execute('{ me { id email } }', { identity }), { data: { me: null } });
  });
}
