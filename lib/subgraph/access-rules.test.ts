import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'graphql';
import { anonymous, type Identity } from '../identity/identity.ts';
import { createSubgraphHarness } from '../testing/subgraph-harness.ts';
import { createSubgraph } from './create-subgraph.ts';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @public on FIELD_DEFINITION
  directive @authorized(roles: [Role!]!, orSelf: Boolean! = false) on FIELD_DEFINITION
  enum Role { CUSTOMER MERCHANT ADMIN }
  enum ErrorCode { UNAUTHENTICATED FORBIDDEN }
  type Query {
    user(id: ID!): User @public
    report: String @authorized(roles: [ADMIN])
    shelf: String @authorized(roles: [MERCHANT, ADMIN])
  }
  type User @key(fields: "id") {
    id: ID! @public
    name: String @public
    email: String @authorized(roles: [ADMIN], orSelf: true)
    notes: String @authorized(roles: [ADMIN])
  }
  type Mutation { rename(name: String!): RenameResult @authorized(roles: [CUSTOMER]) }
  union RenameResult = RenameSuccess | Unauthenticated | Forbidden
  type RenameSuccess { name: String! }
  type Unauthenticated { code: ErrorCode! message: String! }
  type Forbidden { code: ErrorCode! message: String! }
`);

interface Clients {
  readonly names: { rename(request: { name: string }): Promise<{ name: string }> };
}

const { execute, calls } = createSubgraphHarness<Clients>(
  ({ clients, logger, metrics }) =>
    createSubgraph({
      name: 'library',
      typeDefs: [typeDefs],
      resolvers: {
        Query: {
          user: (_root: unknown, { id }: { id: string }) => ({
            id,
            name: 'Ann',
            email: 'ann@example.org',
            notes: 'owes a book',
          }),
          report: () => 'all books are here',
          shelf: () => 'poetry',
        },
        Mutation: { rename: (_root: unknown, args: { name: string }) => clients.names.rename(args) },
      },
      mutationCodes: { rename: ['UNAUTHENTICATED', 'FORBIDDEN'] },
      createContext: (call) => ({ call, loaders: {} }),
      logger,
      metrics,
    }),
  { names: { rename: async ({ name }) => ({ name }) } },
);

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const merchant: Identity = { kind: 'user', userId: '8', roles: ['CUSTOMER', 'MERCHANT'] };
const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const job: Identity = { kind: 'service', name: 'shop' };

const everything = '{ report shelf user(id: "7") { id name email notes } }';
const publicUser = { id: '7', name: 'Ann' };

const reads: Record<string, { identity: Identity; data: object; refusals: Record<string, string> }> = {
  'somebody who is not signed in': {
    identity: anonymous,
    data: { report: null, shelf: null, user: { ...publicUser, email: null, notes: null } },
    refusals: {
      report: 'UNAUTHENTICATED',
      shelf: 'UNAUTHENTICATED',
      'user.email': 'UNAUTHENTICATED',
      'user.notes': 'UNAUTHENTICATED',
    },
  },
  'the user whose own object it is': {
    identity: customer,
    data: { report: null, shelf: null, user: { ...publicUser, email: 'ann@example.org', notes: null } },
    refusals: { report: 'FORBIDDEN', shelf: 'FORBIDDEN', 'user.notes': 'FORBIDDEN' },
  },
  'another user with one of the roles of one field': {
    identity: merchant,
    data: { report: null, shelf: 'poetry', user: { ...publicUser, email: null, notes: null } },
    refusals: { report: 'FORBIDDEN', 'user.email': 'FORBIDDEN', 'user.notes': 'FORBIDDEN' },
  },
  'an administrator': {
    identity: admin,
    data: {
      report: 'all books are here',
      shelf: 'poetry',
      user: { ...publicUser, email: 'ann@example.org', notes: 'owes a book' },
    },
    refusals: {},
  },
  'one of our own processes': {
    identity: job,
    data: { report: null, shelf: null, user: { ...publicUser, email: null, notes: null } },
    refusals: {
      report: 'FORBIDDEN',
      shelf: 'FORBIDDEN',
      'user.email': 'FORBIDDEN',
      'user.notes': 'FORBIDDEN',
    },
  },
};

for (const [who, { identity, data, refusals }] of Object.entries(reads)) {
  test(`what ${who} may read, with refusals beside what is allowed`, async () => {
    const result = await execute(everything, { identity });
    const found = (result.errors ?? []).map(({ path, extensions }) => [
      path?.join('.'),
      extensions?.['code'],
    ]);
    assert.deepEqual(Object.fromEntries(found), refusals);
    assert.deepEqual(result.data, data);
  });
}

test('an alias does not lead around a rule', async () => {
  const { data, errors } = await execute('{ id: report user(id: "9") { id: name mail: email } }', {
    identity: customer,
  });
  assert.deepEqual(data, { id: null, user: { id: 'Ann', mail: null } });
  assert.equal(errors?.length, 2);
});

test('an entity reference is guarded like any other object', async () => {
  const query =
    '{ _entities(representations: [{ __typename: "User", id: "8" }]) { ... on User { id email } } }';
  const { data, errors } = await execute(query, { identity: customer });
  assert.deepEqual(data, { _entities: [{ id: '8', email: null }] });
  assert.equal(errors?.[0]?.extensions?.['code'], 'FORBIDDEN');
});

const renameQuery = `mutation {
  rename(name: "Bea") {
    __typename
    ... on RenameSuccess { name }
    ... on Unauthenticated { code message }
    ... on Forbidden { code message }
  }
}`;

test('a refused mutation answers with a member of its union and does not run', async () => {
  const callsBefore = calls.length;
  const unknown = await execute(renameQuery);
  assert.deepEqual(unknown, {
    data: {
      rename: { __typename: 'Unauthenticated', code: 'UNAUTHENTICATED', message: 'Log in to do this.' },
    },
  });
  const wrongRole = await execute(renameQuery, { identity: admin });
  const member = { __typename: 'Forbidden', code: 'FORBIDDEN', message: 'You are not allowed to do this.' };
  assert.deepEqual(wrongRole, { data: { rename: member } });
  assert.equal(calls.length, callsBefore);
});

test('an allowed mutation runs', async () => {
  const { data } = await execute(renameQuery, { identity: customer });
  assert.deepEqual(data, { rename: { __typename: 'RenameSuccess', name: 'Bea' } });
});
