import assert from 'node:assert/strict';
import { test } from 'node:test';
import DataLoader from 'dataloader';
import { parse } from 'graphql';
import { AppError } from '../errors/app-error.ts';
import type { ErrorCode } from '../errors/error-catalogue.gen.ts';
import { anonymous } from '../identity/identity.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createSubgraph } from './create-subgraph.ts';
import { OperationScope } from './operation-scope.ts';
import type { SubgraphContext } from './subgraph-context.ts';

const typeDefs = parse(`
  enum ErrorCode { INVALID_ARGUMENT OUT_OF_STOCK UNAVAILABLE }
  interface Error { code: ErrorCode! message: String! }
  type FieldViolation { field: String! expected: String! }
  type InvalidArgument implements Error { code: ErrorCode! message: String! violations: [FieldViolation!]! }
  type OutOfStock implements Error { code: ErrorCode! message: String! goodsId: ID! available: Int! }
  type Unavailable implements Error { code: ErrorCode! message: String! retryAfterMs: Int! }
  type Query { counter: Counter }
  type Counter { value: Int }
  type AddSuccess { counter: Counter! before: Int }
  union AddResult = AddSuccess | InvalidArgument | OutOfStock | Unavailable
  type Mutation { add(by: Int!): AddResult }
`);
const codes: readonly ErrorCode[] = ['INVALID_ARGUMENT', 'OUT_OF_STOCK', 'UNAVAILABLE'];

interface CounterContext extends SubgraphContext {
  readonly loaders: { readonly value: DataLoader<string, number> };
}

/** A counter whose value is read through a loader and changed by a mutation. */
function createCounter(failWith?: () => unknown) {
  let value = 0;
  const lines: string[] = [];
  const metrics = createMetrics();
  const subgraph = createSubgraph<CounterContext>({
    name: 'counter',
    typeDefs: [typeDefs],
    resolvers: {
      Query: { counter: () => ({}) },
      Counter: {
        value: (_counter: unknown, _args: unknown, { loaders }: CounterContext) =>
          loaders.value.load('value'),
      },
      Mutation: {
        add: async (_root: unknown, { by }: { by: number }, { loaders }: CounterContext) => {
          if (failWith) throw failWith();
          const before = await loaders.value.load('value');
          value += by;
          return { counter: {}, before };
        },
      },
    },
    mutationCodes: { add: codes },
    createContext: (call) => ({
      call,
      loaders: { value: new DataLoader(async (keys: readonly string[]) => keys.map(() => value)) },
    }),
    logger: createLogger({ format: 'json', output: { write: (line) => lines.push(line) } }),
    metrics,
  });
  return {
    lines,
    metrics,
    async execute(query: string) {
      const call = {
        requestId: 'r-1',
        identity: anonymous,
        deadlineMs: 0,
        signal: new AbortController().signal,
      };
      return JSON.parse(JSON.stringify(await subgraph.execute({ query }, call, new OperationScope())));
    },
  };
}

const addOne = `mutation { add(by: 1) {
  __typename
  ... on Error { code message }
  ... on InvalidArgument { violations { field expected } }
  ... on OutOfStock { goodsId available }
  ... on Unavailable { retryAfterMs }
} }`;

const violations = [{ field: 'by', expected: 'must be above zero' }];
const declared: { error: AppError; member: object }[] = [
  {
    error: new AppError('INVALID_ARGUMENT', { violations }),
    member: {
      __typename: 'InvalidArgument',
      code: 'INVALID_ARGUMENT',
      message: 'The input is not valid.',
      violations,
    },
  },
  {
    error: new AppError('OUT_OF_STOCK', { goodsId: '9', available: 0 }),
    member: {
      __typename: 'OutOfStock',
      code: 'OUT_OF_STOCK',
      message: 'There is not enough in stock.',
      goodsId: '9',
      available: 0,
    },
  },
  {
    error: new AppError('UNAVAILABLE', { retryAfterMs: 250 }),
    member: {
      __typename: 'Unavailable',
      code: 'UNAVAILABLE',
      message: 'This is not available right now. Try again later.',
      retryAfterMs: 250,
    },
  },
];

for (const { error, member } of declared) {
  test(`${error.code} becomes the member of the union, with its detail`, async () => {
    const { execute, lines, metrics } = createCounter(() => error);
    assert.deepEqual(await execute(addOne), { data: { add: member } });
    assert.deepEqual(lines, []);
    assert.doesNotMatch(await metrics.text(), /undeclared_errors_total\{/);
  });
}

test('a code that the union lacks comes out as INTERNAL, counted, and logged once with what it was', async () => {
  const { execute, lines, metrics } = createCounter(() => new AppError('SHOP_NOT_FOUND', { shopId: '1' }));
  const result = await execute(addOne);
  assert.deepEqual(result.data, { add: null });
  assert.deepEqual(
    result.errors.map(({ message, path, extensions }: Record<string, unknown>) => ({
      message,
      path,
      extensions,
    })),
    [{ message: 'Something went wrong on our side.', path: ['add'], extensions: { code: 'INTERNAL' } }],
  );
  assert.match(
    await metrics.text(),
    /^tiffin_graphql_undeclared_errors_total\{field="add",code="SHOP_NOT_FOUND"\} 1$/m,
  );
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? '');
  assert.deepEqual([line.requestId, line.path, line.err.code], ['r-1', 'add', 'SHOP_NOT_FOUND']);
});

test('anything else that is thrown comes out as INTERNAL, is logged, and is no undeclared code', async () => {
  for (const thrown of [new Error('SELECT secret FROM books'), 'a string']) {
    const { execute, lines, metrics } = createCounter(() => thrown);
    const result = await execute(addOne);
    assert.deepEqual(result.errors[0].extensions, { code: 'INTERNAL' });
    assert.doesNotMatch(JSON.stringify(result), /SELECT|a string|stack/);
    assert.doesNotMatch(await metrics.text(), /undeclared_errors_total\{/);
    assert.equal(lines.length, 1);
  }
});

test('a cancelled call stays CANCELLED, outside of the union', async () => {
  const { execute, metrics } = createCounter(() => new AppError('CANCELLED', {}));
  const result = await execute(addOne);
  assert.equal(result.errors[0].extensions.code, 'CANCELLED');
  assert.doesNotMatch(await metrics.text(), /undeclared_errors_total\{/);
});

test('a failed mutation leaves the next one running', async () => {
  const failures = [new AppError('UNAVAILABLE', { retryAfterMs: 1 }), new AppError('FORBIDDEN', {})];
  const { execute } = createCounter(() => failures.shift());
  const { data } = await execute('mutation { a: add(by: 1) { __typename } b: add(by: 1) { __typename } }');
  assert.deepEqual(data, { a: { __typename: 'Unavailable' }, b: null });
});

test('two mutations of one operation, and the fields below them, see the effects before them', async () => {
  const { execute } = createCounter();
  const { data } = await execute(`mutation {
    first: add(by: 2) { ... on AddSuccess { before counter { value } } }
    second: add(by: 3) { ... on AddSuccess { before counter { value } } }
  }`);
  assert.deepEqual(data, {
    first: { before: 0, counter: { value: 2 } },
    second: { before: 2, counter: { value: 5 } },
  });
});
