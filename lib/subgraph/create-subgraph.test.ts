import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExecutionResult, type GraphQLResolveInfo, parse } from 'graphql';
import { AppError } from '../errors/app-error.ts';
import { anonymous } from '../identity/identity.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { recordSpans } from '../telemetry/span-test-bed.ts';
import { createSubgraph } from './create-subgraph.ts';
import { OperationScope } from './operation-scope.ts';
import type { SubgraphContext } from './subgraph-context.ts';

const typeDefs = [
  parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    scalar Cents
    scalar DateTime
    type Query { book(fail: String): Book }
    enum Cover { SOFT HARD }
  `),
  parse(`
    type Book @key(fields: "id") {
      id: ID!
      price: Cents
      printedAt: DateTime
      cover: Cover
      pages(from: Int! = 1): Int
      failing: String
      required: String!
      engine: String
    }
  `),
];

const failures: Record<string, unknown> = {
  defect: new Error('SELECT secret FROM books'),
  expected: new AppError('INVALID_ARGUMENT', {
    violations: [{ field: 'first', expected: 'must be above zero' }],
  }),
  withCause: new AppError('INTERNAL', {}, { cause: new Error('connection string') }),
  overAnRpc: new AppError('INTERNAL', {}),
};

function createLibrary(createContext?: () => never) {
  const lines: string[] = [];
  const metrics = createMetrics();
  let contexts = 0;
  const subgraph = createSubgraph<SubgraphContext>({
    name: 'library',
    typeDefs,
    resolvers: {
      Query: {
        book: (_root: unknown, { fail }: { fail?: string }) => ({
          id: '1',
          price: fail === 'price' ? 0.5 : 2 ** 40,
          printedAt: new Date(0),
          cover: fail === 'cover' ? 'PAPER' : 'SOFT',
          failing: () => {
            if (fail) throw failures[fail];
          },
          required: () => null,
        }),
      },
      Book: {
        pages: (_book: unknown, { from }: { from: number }) => from,
        // Only graphql-js notes types in a path.
        engine: (_book: unknown, _args: unknown, _context: unknown, info: GraphQLResolveInfo) =>
          info.path.typename ? 'graphql-js' : 'graphql-jit',
        __resolveReference: ({ id }: { id: string }) => (id === '404' ? undefined : { id, price: 7 }),
      },
    },
    mutationCodes: {},
    createContext: createContext ?? ((call) => ({ call, loaders: {}, number: ++contexts })),
    logger: createLogger({ format: 'json', output: { write: (line) => lines.push(line) } }),
    metrics,
  });
  return { subgraph, lines, metrics, contexts: () => contexts };
}

const call: CallContext = {
  requestId: 'r-1',
  identity: anonymous,
  deadlineMs: 0,
  signal: new AbortController().signal,
};

const engineOf = (result: ExecutionResult) => plain(result).data.book.engine;

const plain = (result: ExecutionResult) => JSON.parse(JSON.stringify(result));

async function run(query: string, variables?: Record<string, unknown>) {
  const { subgraph, lines } = createLibrary();
  const result = plain(await subgraph.execute({ query, variables }, call, new OperationScope()));
  return {
    data: result.data,
    errors: result.errors,
    error: result.errors?.[0],
    lines,
    text: JSON.stringify(result),
  };
}

test('types of several documents, our scalars and federation itself make one schema', async () => {
  const { data, errors } = await run(`{
    book { id price printedAt cover pages }
    _entities(representations: [{ __typename: "Book", id: "2" }, { __typename: "Book", id: "404" }]) { ... on Book { id price } }
  }`);
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    book: { id: '1', price: 2 ** 40, printedAt: '1970-01-01T00:00:00.000Z', cover: 'SOFT', pages: 1 },
    _entities: [{ id: '2', price: 7 }, null],
  });
});

test('a defect is masked and logged with its cause and the request id; siblings live', async () => {
  const { data, error, lines, text } = await run('{ book(fail: "defect") { id failing } }');
  assert.deepEqual(data, { book: { id: '1', failing: null } });
  assert.equal(error.message, 'Something went wrong on our side.');
  assert.deepEqual([error.path, error.extensions], [['book', 'failing'], { code: 'INTERNAL' }]);
  assert.doesNotMatch(text, /SELECT|stack|create-subgraph/);
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? '');
  assert.deepEqual(
    [line.requestId, line.path, line.err.message],
    ['r-1', 'book.failing', 'SELECT secret FROM books'],
  );
});

test('an error in process carries nothing inside that the wire would not show', async () => {
  const { subgraph } = createLibrary();
  const query = '{ book(fail: "defect") { failing } }';
  const { errors } = await subgraph.execute({ query }, call, new OperationScope());
  assert.equal(errors?.[0]?.originalError, undefined);
  assert.doesNotMatch(String(errors?.[0]?.stack), /SELECT/);
});

test('an expected error shows its code and detail, and is not logged', async () => {
  const { error, lines } = await run('{ book(fail: "expected") { failing } }');
  assert.equal(error.message, 'The input is not valid.');
  assert.deepEqual(error.extensions, {
    code: 'INVALID_ARGUMENT',
    violations: [{ field: 'first', expected: 'must be above zero' }],
  });
  assert.deepEqual(lines, []);
});

test('an INTERNAL is logged where its cause is, not where an rpc brought it', async () => {
  const withCause = await run('{ book(fail: "withCause") { failing } }');
  assert.equal(withCause.lines.length, 1);
  assert.doesNotMatch(withCause.text, /connection string/);
  const overAnRpc = await run('{ book(fail: "overAnRpc") { failing } }');
  assert.deepEqual(overAnRpc.lines, []);
  assert.deepEqual(overAnRpc.error.extensions, { code: 'INTERNAL' });
});

for (const fail of ['price', 'cover']) {
  test(`a service's ${fail} that does not fit the schema is a defect, not the client's fault`, async () => {
    const { data, error, lines } = await run(`{ book(fail: "${fail}") { id ${fail} } }`);
    assert.deepEqual(data, { book: { id: '1', [fail]: null } });
    assert.deepEqual(error.extensions, { code: 'INTERNAL' });
    assert.equal(lines.length, 1);
  });
}

test('a missing value of a field that is never null is a defect', async () => {
  const { error, lines } = await run('{ book { required } }');
  assert.deepEqual(error.extensions, { code: 'INTERNAL' });
  assert.equal(lines.length, 1);
});

const badRequests: Record<string, [query: string, variables?: Record<string, unknown>]> = {
  'a text that does not parse': ['{ book '],
  'an unknown field': ['{ book { colour } }'],
  'a variable of the wrong type': ['query ($from: Int!) { book { pages(from: $from) } }', { from: 'x' }],
  'a missing variable': ['query ($from: Int!) { book { pages(from: $from) } }', {}],
  'an argument that a variable filled with null': [
    'query ($from: Int = 2) { book { pages(from: $from) } }',
    { from: null },
  ],
  'two operations and no name': ['query A { book { id } } query B { book { id } }'],
};

for (const [what, [query, variables]] of Object.entries(badRequests)) {
  test(`${what} is the request's fault: told in full, not logged`, async () => {
    const { error, lines } = await run(query, variables);
    assert.deepEqual(error.extensions, { code: 'MALFORMED_REQUEST' });
    assert.notEqual(error.message, 'Something went wrong on our side.');
    assert.deepEqual(lines, []);
  });
}

test('operationName picks the operation', async () => {
  const { subgraph } = createLibrary();
  const query = 'query A { book { id } } query B { book { cover } }';
  const result = await subgraph.execute({ query, operationName: 'B' }, call, new OperationScope());
  assert.deepEqual(plain(result), { data: { book: { cover: 'SOFT' } } });
});

test('requests of one operation share a context, other operations have their own', async () => {
  const { subgraph, contexts } = createLibrary();
  const scope = new OperationScope();
  await subgraph.execute({ query: '{ book { id } }' }, call, scope);
  await subgraph.execute({ query: '{ book { cover } }' }, call, scope);
  assert.equal(contexts(), 1);
  await subgraph.execute({ query: '{ book { id } }' }, call, new OperationScope());
  assert.equal(contexts(), 2);
});

test('it never rejects', async () => {
  const { subgraph, lines } = createLibrary(() => {
    throw new Error('no context today');
  });
  const result = plain(await subgraph.execute({ query: '{ book { id } }' }, call, new OperationScope()));
  assert.deepEqual(result, {
    errors: [{ message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL' } }],
  });
  assert.equal(lines.length, 1);
});

test('a subgraph without type definitions does not start', () => {
  const { logger, metrics } = { logger: createLogger({ level: 'silent' }), metrics: createMetrics() };
  const options = { name: 'empty', typeDefs: [], resolvers: {}, mutationCodes: {}, logger, metrics };
  assert.throws(
    () => createSubgraph({ ...options, createContext: (context) => ({ call: context, loaders: {} }) }),
    /Subgraph empty has no type definitions/,
  );
});

test('a document is compiled at its third run, whether it was prepared or not', async () => {
  const { subgraph } = createLibrary();
  const query = '{ book { engine } }';
  const prepared = subgraph.prepare({ query });
  const engines = ['graphql-js', 'graphql-js', 'graphql-jit', 'graphql-jit'];
  for (const engine of engines) {
    assert.equal(engineOf(await prepared(undefined, call, new OperationScope())), engine);
  }
  for (const engine of engines) {
    assert.equal(engineOf(await subgraph.execute({ query }, call, new OperationScope())), engine);
  }
});

test('a traced run of a compiled document goes through graphql-js', async () => {
  const { subgraph } = createLibrary();
  const prepared = subgraph.prepare({ query: '{ book { engine } }' });
  for (let run = 1; run <= 3; run++) await prepared(undefined, call, new OperationScope());
  const traced: CallContext = { ...call, span: recordSpans().tracing.rootSpan('request', undefined) };
  assert.equal(engineOf(await prepared(undefined, traced, new OperationScope())), 'graphql-js');
  assert.equal(engineOf(await prepared(undefined, call, new OperationScope())), 'graphql-jit');
});

test('what graphql-jit cannot run is counted', async () => {
  const { subgraph, metrics } = createLibrary();
  const prepared = subgraph.prepare({ query: '{ constructor: book { id } book { engine } }' });
  for (let run = 1; run <= 4; run++) {
    assert.equal(engineOf(await prepared(undefined, call, new OperationScope())), 'graphql-js');
  }
  assert.match(await metrics.text(), /tiffin_subgraph_jit_fallbacks_total\{subgraph="library"\} 1\n/);
});

const failing: Record<string, [query: string, variables?: Record<string, unknown>]> = {
  ...badRequests,
  'a value that must not be null': ['{ book { required } }'],
  'a value that does not fit': ['{ book(fail: "price") { id price } }'],
  ...Object.fromEntries(
    Object.keys(failures).map((fail) => [fail, [`{ book(fail: "${fail}") { failing } }`]]),
  ),
};

for (const [what, [query, variables]] of Object.entries(failing)) {
  test(`compiled, a document shows and logs the same of ${what}`, async () => {
    const { subgraph, lines } = createLibrary();
    const prepared = subgraph.prepare({ query });
    const runs: unknown[] = [];
    for (let run = 1; run <= 4; run++) {
      const result = await prepared(variables, call, new OperationScope());
      const logged = lines.splice(0).map((line) => {
        const { level, requestId, path, msg, err } = JSON.parse(line);
        return { level, requestId, path, msg, type: err.type, message: err.message };
      });
      runs.push({ result: plain(result), logged });
    }
    for (const run of runs) assert.deepEqual(run, runs[0]);
  });
}
