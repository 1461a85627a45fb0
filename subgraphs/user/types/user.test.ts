import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { fakeServices, sampleUser } from '../testing/fake-services.ts';
import { createUserSubgraph } from '../user-subgraph.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const entities = 'query ($representations: [_Any!]!) { _entities(representations: $representations)';
const references = (...ids: string[]) => ids.map((id) => ({ __typename: 'User', id }));

test('users as references of other subgraphs, in one BatchGetUsers; a missing one is null alone', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute(`${entities} { ... on User { id displayName } } }`, {
    variables: { representations: references('8', 'missing', '7') },
  });
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    _entities: [{ id: '8', displayName: 'User 8' }, null, { id: '7', displayName: 'User 7' }],
  });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [['account.batchGetUsers', { ids: ['8', 'missing', '7'] }]],
  );
});

test("others' personal data is refused field by field, one's own is shown", async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, {
    account: {
      ...fakeServices.account,
      batchGetUsers: async ({ ids }) => ({
        users: ids.map((id) => ({ user: { ...sampleUser(id), phone: '+4930123456' } })),
      }),
    },
  });
  const selection =
    '{ ... on User { displayName email phone roles addresses { pageInfo { hasNextPage } } } }';
  const { data, errors } = await execute(`${entities} ${selection} }`, {
    variables: { representations: references('7', '8') },
    identity: customer,
  });
  assert.deepEqual(data, {
    _entities: [
      {
        displayName: 'User 7',
        email: 'user-7@example.org',
        phone: '+4930123456',
        roles: ['CUSTOMER'],
        addresses: { pageInfo: { hasNextPage: false } },
      },
      { displayName: 'User 8', email: null, phone: null, roles: null, addresses: null },
    ],
  });
  assert.deepEqual(
    errors?.map(({ path, extensions }) => `${path?.join('.')} ${extensions?.['code']}`).sort(),
    ['addresses', 'email', 'phone', 'roles'].map((field) => `_entities.1.${field} FORBIDDEN`),
  );
  const asked = calls[1]?.request as { pages: { parentId: string }[] } | undefined;
  assert.deepEqual(
    asked?.pages.map(({ parentId }) => parentId),
    ['7'],
    'what is refused is not read',
  );
});

test('the addresses of several users cost one BatchListAddresses, in pages', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const selection = `{ ... on User {
    addresses(first: 1, after: "1") { edges { node { id } cursor } pageInfo { hasNextPage endCursor } }
  } }`;
  const { data, errors } = await execute(`${entities} ${selection} }`, {
    variables: { representations: references('7', '8') },
    identity: admin,
  });
  assert.equal(errors, undefined);
  const user = (id: string) => ({
    addresses: {
      edges: [{ node: { id: `${id}-2` }, cursor: '2' }],
      pageInfo: { hasNextPage: true, endCursor: '2' },
    },
  });
  assert.deepEqual(data, { _entities: [user('7'), user('8')] });
  assert.deepEqual(
    calls.map(({ rpc }) => rpc),
    ['account.batchGetUsers', 'account.batchListAddresses'],
  );
});

test('a page of more than a hundred addresses is refused', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute('{ me { id addresses(first: 101) { pageInfo { hasNextPage } } } }', {
    identity: customer,
  });
  assert.deepEqual(data, { me: { id: '7', addresses: null } });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
});
