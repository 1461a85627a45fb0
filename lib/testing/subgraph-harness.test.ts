import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'graphql';
import { AppError } from '../errors/app-error.ts';
import { anonymous } from '../identity/identity.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { createSubgraph } from '../subgraph/create-subgraph.ts';
import { createSubgraphHarness, type Fakes } from './subgraph-harness.ts';

interface Clients {
  readonly books: {
    title(request: { id: string }, call: CallContext): Promise<string>;
    author(request: { id: string }, call: CallContext): Promise<string>;
  };
  readonly readers: { name(request: { id: string }, call: CallContext): Promise<string> };
}

function createLibraryHarness(fakes: Fakes<Clients>) {
  return createSubgraphHarness<Clients>(
    ({ clients, logger, metrics }) =>
      createSubgraph({
        name: 'library',
        typeDefs: [parse('type Query { title(id: ID!): String author: String reader: String }')],
        resolvers: {
          Query: {
            title: (_root: unknown, args: { id: string }, { call }: { call: CallContext }) =>
              clients.books.title(args, call),
            author: (_root: unknown, _args: unknown, { call }: { call: CallContext }) =>
              clients.books.author({ id: '1' }, call),
            reader: (_root: unknown, _args: unknown, { call }: { call: CallContext }) =>
              clients.readers.name({ id: '1' }, call),
          },
        },
        mutationCodes: {},
        createContext: (call) => ({ call, loaders: {} }),
        logger,
        metrics,
      }),
    fakes,
  );
}

test('fakes answer, and every call is noted with its request and context', async () => {
  const { execute, calls } = createLibraryHarness({ books: { title: async ({ id }) => `Book ${id}` } });
  const user = { kind: 'user', userId: '7', roles: ['CUSTOMER'] } as const;
  const query = 'query ($id: ID!) { title(id: $id) }';
  assert.deepEqual(await execute(query, { variables: { id: '3' }, identity: user }), {
    data: { title: 'Book 3' },
  });
  await execute('{ title(id: "4") }');
  assert.deepEqual(
    calls.map(({ rpc, request, context }) => [rpc, request, context.identity]),
    [
      ['books.title', { id: '3' }, user],
      ['books.title', { id: '4' }, anonymous],
    ],
  );
});

test('an rpc or a client without a fake fails its own field with INTERNAL', async () => {
  const { execute, calls } = createLibraryHarness({ books: { title: async () => 'Emma' } });
  const { data, errors } = await execute('{ title(id: "1") author reader }');
  assert.deepEqual(data, { title: 'Emma', author: null, reader: null });
  assert.deepEqual(
    errors?.map(({ path, extensions }) => [path, extensions]),
    [
      [['author'], { code: 'INTERNAL' }],
      [['reader'], { code: 'INTERNAL' }],
    ],
  );
  assert.deepEqual(
    calls.map(({ rpc }) => rpc),
    ['books.title', 'books.author', 'readers.name'],
  );
});

test('a fake may fail', async () => {
  const { execute } = createLibraryHarness({
    books: {
      author: () => {
        throw new AppError('RATE_LIMITED', { retryAfterMs: 50 });
      },
    },
  });
  const { data, errors } = await execute('{ author }');
  assert.deepEqual(data, { author: null });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'RATE_LIMITED', retryAfterMs: 50 });
});
