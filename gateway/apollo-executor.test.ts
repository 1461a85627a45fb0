import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous } from '@tiffin/lib/identity/identity';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { Subgraph, SubgraphRequest } from '@tiffin/lib/subgraph/subgraph';
import type { ExecutionResult } from 'graphql';
import { createApolloExecutor } from './apollo-executor.ts';
import type { Executor } from './executor.ts';
import { OperationCache } from './operation-cache.ts';
import { createLibrary } from './testing/library.ts';

const call: CallContext = {
  requestId: 'r-1',
  identity: anonymous,
  deadlineMs: 0,
  signal: new AbortController().signal,
};

async function start(changed: (subgraph: Subgraph) => Subgraph = (subgraph) => subgraph): Promise<Executor> {
  const { supergraphSdl, subgraphOf } = createLibrary({
    failing: () => new AppError('RATE_LIMITED', { retryAfterMs: 9 }),
  });
  const executor = await createApolloExecutor(supergraphSdl, (name) => changed(subgraphOf(name)));
  after(() => executor.stop());
  return executor;
}

async function run(
  executor: Executor,
  text: string,
  variables = {},
  operationName?: string,
  scope = new OperationScope(),
): Promise<ExecutionResult> {
  const checked = new OperationCache(executor.schema).get(text, operationName);
  assert.ok('operation' in checked);
  const result = await executor.execute({ text, ...checked, variables }, call, scope);
  return JSON.parse(JSON.stringify(result));
}

test('clients see the schema of all subgraphs, without the machinery of federation', async () => {
  const { schema } = await start();
  assert.ok(schema.getQueryType()?.getFields()['book'] && schema.getQueryType()?.getFields()['me']);
  assert.equal(schema.getQueryType()?.getFields()['_entities'], undefined);
  assert.equal(schema.getType('join__Graph'), undefined);
});

test('an entity is put together from both subgraphs; a missing part is null alone', async () => {
  const { data, errors } = await run(await start(), '{ books { title author { name } } me }');
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    books: [
      { title: 'Book 1', author: { name: 'Author a1' } },
      { title: 'Book 2', author: { name: 'Author a2' } },
      { title: 'Book 3', author: { name: null } },
    ],
    me: 'anonymous',
  });
});

test('every fetch of an operation gets its call and its scope', async () => {
  const seen: { name: string; call: CallContext; scope: OperationScope }[] = [];
  const executor = await start(({ name, execute }) => ({
    name,
    execute(request: SubgraphRequest, context: CallContext, scope: OperationScope) {
      seen.push({ name, call: context, scope });
      return execute(request, context, scope);
    },
  }));
  const scope = new OperationScope();
  await run(executor, '{ book(id: "1") { author { name } } me }', {}, undefined, scope);
  assert.deepEqual(seen.map(({ name }) => name).sort(), ['authors', 'authors', 'books']);
  assert.ok(seen.every((fetch) => fetch.call === call && fetch.scope === scope));
});

test('a mutation makes the whole operation forget what it has read, a query does not', async () => {
  const executor = await start();
  const owner = {};
  const after = async (text: string) => {
    const scope = new OperationScope();
    scope.get(owner, () => 'read before');
    await run(executor, text, {}, undefined, scope);
    return scope.get(owner, () => 'read again');
  };
  assert.equal(await after('{ me }'), 'read before');
  assert.equal(await after('mutation { lend(id: "1") { __typename } }'), 'read again');
});

test('operations are told apart by name, also where they share a text', async () => {
  const executor = await start();
  const text = 'query A { me } query B { book(id: "1") { title } }';
  assert.deepEqual((await run(executor, text, {}, 'A')).data, { me: 'anonymous' });
  assert.deepEqual((await run(executor, text, {}, 'B')).data, { book: { title: 'Book 1' } });
});

test('variables reach the subgraph', async () => {
  const text = 'query ($id: ID!, $from: Int!) { book(id: $id) { id pages(from: $from) } }';
  const { data } = await run(await start(), text, { id: '2', from: 7 });
  assert.deepEqual(data, { book: { id: '2', pages: 7 } });
});

test("a subgraph's error keeps its code, detail and place; siblings live", async () => {
  const { data, errors } = await run(await start(), '{ book(id: "1") { title failing author { name } } }');
  assert.deepEqual(data, { book: { title: 'Book 1', failing: null, author: { name: 'Author a1' } } });
  assert.deepEqual(errors?.[0]?.path, ['book', 'failing']);
  assert.deepEqual(errors?.[0]?.extensions, { code: 'RATE_LIMITED', retryAfterMs: 9, serviceName: 'books' });
});

test('a subgraph out of reach nulls only what it feeds', async () => {
  const error = { message: 'Later.', extensions: { code: 'UNAVAILABLE', retryAfterMs: 1 } };
  const executor = await start((subgraph) =>
    subgraph.name === 'books'
      ? subgraph
      : { ...subgraph, execute: async () => ({ errors: [error] }) as never },
  );
  const { data, errors } = await run(executor, '{ book(id: "1") { title author { name } } me }');
  assert.deepEqual(data, { book: { title: 'Book 1', author: { name: null } }, me: null });
  assert.deepEqual([...new Set(errors?.map(({ extensions }) => extensions['code']))], ['UNAVAILABLE']);
});

test('a supergraph that names a subgraph which is not there does not start', async () => {
  const { supergraphSdl } = createLibrary();
  const subgraphOf = (name: string) => {
    throw new Error(`The subgraph ${name} is not linked.`);
  };
  await assert.rejects(createApolloExecutor(supergraphSdl, subgraphOf), /The subgraph \w+ is not linked/);
});
