import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { PreparedRequest, Subgraph } from '@tiffin/lib/subgraph/subgraph';
import { callBy } from '@tiffin/lib/testing/call-by';
import type { ExecutionResult } from 'graphql';
import type { Executor } from './executor.ts';
import { OperationCache } from './operation-cache.ts';
import { loadExecutors } from './testing/executors.ts';
import { createLibrary } from './testing/library.ts';

/** A subgraph whose requests are answered by something else. */
const answering = (subgraph: Subgraph, answer: (original: PreparedRequest) => PreparedRequest): Subgraph => ({
  name: subgraph.name,
  prepare: (operation) => answer(subgraph.prepare(operation)),
  execute: ({ variables, ...operation }, call, scope) =>
    answer(subgraph.prepare(operation))(variables, call, scope),
});

/** What every executor does with the operations of a small library of books and authors. */
export function executorContract(kind: 'apollo' | 'compiled'): void {
  const call = callBy();

  async function start(
    changed: (subgraph: Subgraph) => Subgraph = (subgraph) => subgraph,
  ): Promise<Executor> {
    const { supergraphSdl, subgraphOf } = createLibrary({
      failing: () => new AppError('RATE_LIMITED', { retryAfterMs: 9 }),
    });
    const executors = await loadExecutors(supergraphSdl, (name) => changed(subgraphOf(name)));
    after(() => executors.stop());
    return executors[kind];
  }

  async function run(
    executor: Executor,
    text: string,
    variables = {},
    operationName?: string,
    scope = new OperationScope(),
  ): Promise<ExecutionResult> {
    const found = await new OperationCache(executor).get(text, operationName);
    assert.ok('prepared' in found);
    return JSON.parse(JSON.stringify(await found.prepared.run(variables, call, scope)));
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
    const seen: { name: string; context: unknown; scope: OperationScope }[] = [];
    const executor = await start((subgraph) =>
      answering(subgraph, (original) => (variables, context, scope) => {
        seen.push({ name: subgraph.name, context, scope });
        return original(variables, context, scope);
      }),
    );
    const scope = new OperationScope();
    await run(executor, '{ book(id: "1") { author { name } } me }', {}, undefined, scope);
    assert.deepEqual(seen.map(({ name }) => name).sort(), ['authors', 'authors', 'books']);
    assert.ok(seen.every((fetch) => fetch.context === call && fetch.scope === scope));
  });

  test('a mutation makes the whole operation forget what it has read, a query does not', async () => {
    const executor = await start();
    const owner = {};
    const readAfter = async (text: string) => {
      const scope = new OperationScope();
      scope.get(owner, () => 'read before');
      await run(executor, text, {}, undefined, scope);
      return scope.get(owner, () => 'read again');
    };
    assert.equal(await readAfter('{ me }'), 'read before');
    assert.equal(await readAfter('mutation { lend(id: "1") { __typename } }'), 'read again');
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
    assert.deepEqual(errors?.[0]?.extensions, {
      code: 'RATE_LIMITED',
      retryAfterMs: 9,
      serviceName: 'books',
    });
  });

  test('a subgraph out of reach nulls only what it feeds', async () => {
    const error = { message: 'Later.', extensions: { code: 'UNAVAILABLE', retryAfterMs: 1 } };
    const executor = await start((subgraph) =>
      subgraph.name === 'books'
        ? subgraph
        : answering(subgraph, () => async () => ({ errors: [error] }) as never),
    );
    const { data, errors } = await run(executor, '{ book(id: "1") { title author { name } } me }');
    assert.deepEqual(data, { book: { title: 'Book 1', author: { name: null } }, me: null });
    assert.deepEqual([...new Set(errors?.map(({ extensions }) => extensions['code']))], ['UNAVAILABLE']);
  });

  test('a call that ends does not wait for a fetch that goes on and on', async () => {
    const abort = new AbortController();
    const executor = await start((subgraph) =>
      subgraph.name === 'books'
        ? subgraph
        : answering(subgraph, () => () => {
            abort.abort(new AppError('DEADLINE_EXCEEDED', {}));
            return new Promise(() => {});
          }),
    );
    const found = await new OperationCache(executor).get('{ book(id: "1") { title author { name } } }');
    assert.ok('prepared' in found);
    const ended = { ...call, signal: abort.signal };
    const { errors } = await found.prepared.run({}, ended, new OperationScope());
    assert.deepEqual(
      [...new Set(errors?.map(({ extensions }) => extensions['code']))],
      ['DEADLINE_EXCEEDED'],
    );
  });
}
