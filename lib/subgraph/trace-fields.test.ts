import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, execute, type GraphQLFieldResolver, parse } from 'graphql';
import { AppError } from '../errors/app-error.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { inSpan } from '../telemetry/in-span.ts';
import type { Span } from '../telemetry/span.ts';
import { recordSpans } from '../telemetry/span-test-bed.ts';
import { callBy } from '../testing/call-by.ts';
import type { SubgraphContext } from './subgraph-context.ts';
import { loaderCall, traceFields, traceRequest } from './trace-fields.ts';

type Resolvers = Record<string, Record<string, GraphQLFieldResolver<unknown, SubgraphContext>>>;

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function createSchema(changed: Resolvers = {}) {
  const schema = buildSchema(`
    type Query { books(first: Int): [Book!] broken: Int }
    type Book { id: ID title: String author: Author }
    type Author { name: String }
  `);
  const resolvers: Resolvers = {
    Query: {
      books: async () => [{ id: 'secret-1' }, { id: 'secret-2' }],
      broken: () => {
        throw new AppError('UNAVAILABLE', { retryAfterMs: 1 });
      },
      ...changed['Query'],
    },
    Book: {
      title: (_book, _args, { call }) => inSpan(call, 'rpc', async () => 'Emma'),
      // One item has its author at once, the other turns later.
      author: async (book) => {
        if ((book as { id: string }).id === 'secret-2') await nextTurn();
        return {};
      },
      ...changed['Book'],
    },
    Author: { name: () => 'Jane' },
  };
  for (const [type, fields] of Object.entries(resolvers)) {
    for (const [name, resolve] of Object.entries(fields)) {
      const field = schema.getType(type) as
        | { getFields(): Record<string, { resolve?: unknown }> }
        | undefined;
      Object.assign(field?.getFields()[name] ?? assert.fail(), { resolve });
    }
  }
  traceFields(schema);
  return schema;
}

function run(query: string, call: CallContext, schema = createSchema()) {
  const context: SubgraphContext = { call: loaderCall(call), loaders: {} };
  const start = (contextValue: SubgraphContext) =>
    execute({ schema, document: parse(query), contextValue }) as Promise<unknown>;
  const { span } = call;
  return span ? traceRequest({ ...call, span }, context, start) : start(context);
}

async function traced(query: string, schema = createSchema()) {
  const spans = recordSpans();
  const span: Span = spans.tracing.rootSpan('request', undefined) ?? assert.fail();
  const result = await run(query, { ...callBy(), span }, schema);
  const endedBefore = spans.ended.map(({ name }) => name);
  span.end();
  return { result, spans, endedBefore };
}

const query = '{ library: books(first: 2) { id title author { name } } }';

test('each field with a resolver has one span for all items, below the field that it is read from', async () => {
  const { spans } = await traced(query);
  assert.deepEqual(spans.tree(), [
    'request',
    'request > resolve Query.books',
    'resolve Book.author > resolve Author.name',
    'resolve Book.title > rpc',
    'resolve Book.title > rpc',
    'resolve Query.books > resolve Book.author',
    'resolve Query.books > resolve Book.title',
  ]);
});

test('spans know path, type and runs, and nothing that was asked or answered', async () => {
  const { spans } = await traced(query);
  const author = spans.ended.find(({ name }) => name === 'resolve Author.name');
  assert.deepEqual(author?.attributes, {
    'graphql.field.name': 'name',
    'graphql.field.path': 'library.*.author.name',
    'graphql.parent.type': 'Author',
    'tiffin.resolver.runs': 2,
  });
  const said = spans.ended.map(({ name, attributes, events, status }) => ({
    name,
    attributes,
    events,
    status,
  }));
  assert.doesNotMatch(JSON.stringify(said), /secret|Emma|Jane|first/);
});

test('a span lasts from the first run to the last, not to the end of the request', async () => {
  const spans = recordSpans();
  const span = spans.tracing.rootSpan('request', undefined) ?? assert.fail();
  const call = { ...callBy(), span };
  const schema = createSchema();
  await traceRequest(call, { call, loaders: {} }, async (contextValue) => {
    const result = await execute({ schema, document: parse(query), contextValue });
    span.child('after the last field').end();
    return result;
  });
  const find = (name: string) => spans.ended.find((ended) => ended.name === name) ?? assert.fail(name);
  const nanoseconds = ([seconds, rest]: readonly [number, number]) =>
    BigInt(seconds) * 10n ** 9n + BigInt(rest);
  const [title, author] = ['resolve Book.title', 'resolve Book.author'].map((name) => find(name).endTime);
  assert.ok(
    title && author && nanoseconds(title) < nanoseconds(author),
    'the second author came a turn later',
  );
  assert.ok(nanoseconds(author) <= nanoseconds(find('after the last field').startTime));
});

test('all spans have ended when the result is there, and the result is the same', async () => {
  const { result, endedBefore, spans } = await traced(query);
  assert.equal(endedBefore.length, spans.ended.length - 1);
  const untraced = await run(query, callBy());
  assert.deepEqual(JSON.parse(JSON.stringify(result)), JSON.parse(JSON.stringify(untraced)));
});

test('a field that fails says so by its code; its siblings do not', async () => {
  const rejecting: Resolvers = { Book: { title: () => Promise.reject(new Error('secret')) } };
  const { spans } = await traced('{ broken books { title id } }', createSchema(rejecting));
  const codes = Object.fromEntries(
    spans.ended.map(({ name, attributes }) => [name, attributes['tiffin.error.code']]),
  );
  assert.deepEqual(codes, {
    request: undefined,
    'resolve Query.broken': 'UNAVAILABLE',
    'resolve Query.books': undefined,
    'resolve Book.title': 'INTERNAL',
  });
});

test('a field that goes on after its request has ended disturbs nothing', async () => {
  const late = Promise.withResolvers<never>();
  const schema = createSchema({ Query: { books: () => late.promise } });
  const spans = recordSpans();
  const span = spans.tracing.rootSpan('request', undefined) ?? assert.fail();
  const call = { ...callBy(), span };
  await traceRequest(call, { call, loaders: {} }, async (contextValue) => {
    void Promise.resolve(execute({ schema, document: parse('{ books { id } }'), contextValue }));
  });
  assert.deepEqual(spans.tree(), ['elsewhere > resolve Query.books']);
  late.reject(new Error('late'));
  await nextTurn();
  assert.deepEqual(spans.ended[0]?.attributes['tiffin.error.code'], undefined);
});

test('a run that throws ends the spans of its fields', () => {
  const spans = recordSpans();
  const span = spans.tracing.rootSpan('request', undefined) ?? assert.fail();
  const call = { ...callBy(), span };
  const schema = createSchema();
  const failing = (contextValue: SubgraphContext) => {
    void execute({ schema, document: parse('{ books { id } }'), contextValue });
    throw new Error('defect');
  };
  assert.throws(() => traceRequest(call, { call, loaders: {} }, failing), /defect/);
  assert.equal(spans.ended.length, 1);
});

test("a request that is not traced hands its resolvers the operation's own context, and makes no span", async () => {
  const seen: unknown[] = [];
  const schema = createSchema({
    Query: {
      books: (_root, _args, context) => {
        seen.push(context);
        return [];
      },
    },
  });
  const contextValue: SubgraphContext = { call: callBy(), loaders: {} };
  await execute({ schema, document: parse('{ books { id } }'), contextValue });
  assert.equal(seen[0], contextValue);
});

test('the loaders of a traced operation read as fresh as it does, and tell whom it tells', () => {
  const span = recordSpans().tracing.rootSpan('request', undefined) ?? assert.fail();
  const call: CallContext = { ...callBy(), span, freshness: 'any', onDegraded: () => {} };
  assert.deepEqual({ ...loaderCall(call) }, call);
});

test('what loaders do hangs on the latest request of the operation', async () => {
  const spans = recordSpans();
  const root = spans.tracing.rootSpan('request', undefined) ?? assert.fail();
  const fetches = ['fetch 1', 'fetch 2'].map((name) => ({ ...callBy(), span: root.child(name) }));
  const shared = { call: loaderCall(fetches[0] ?? assert.fail()), loaders: {} };
  for (const call of fetches) {
    await traceRequest(call, shared, async () => inSpan(shared.call, 'BatchGet', async () => []));
    call.span.end();
  }
  root.end();
  assert.deepEqual(spans.tree(), [
    'fetch 1 > BatchGet',
    'fetch 2 > BatchGet',
    'request',
    'request > fetch 1',
    'request > fetch 2',
  ]);
  const untraced = callBy();
  assert.equal(loaderCall(untraced), untraced);
});
