import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, GraphQLError } from 'graphql';
import type { Executor, Operation } from './executor.ts';
import { type Lookup, OperationCache, type OperationCacheOptions } from './operation-cache.ts';

const schema = buildSchema('type Query { title: String author: String } type Mutation { rename: String }');

/** An executor whose `prepare` counts; its operations do nothing. */
function createCache(limits: OperationCacheOptions = {}, prepare?: Executor['prepare']) {
  const prepared: Operation[] = [];
  const executor: Executor = {
    schema,
    async prepare(operation) {
      prepared.push(operation);
      return (await prepare?.(operation)) ?? { bytes: 1_000, run: async () => ({ data: {} }) };
    },
    async stop() {},
  };
  return { cache: new OperationCache(executor, limits), prepared };
}

const messageOf = (lookup: Lookup) => ('errors' in lookup ? (lookup.errors[0]?.message ?? '') : '');

const two = 'query A { title } query B { author }';

const picks: [
  what: string,
  text: string,
  operationName: string | null | undefined,
  picked: string | undefined,
][] = [
  ['the only operation', '{ title }', undefined, undefined],
  ['the only operation for a null name', 'query A { title }', null, 'A'],
  ['the only operation for an empty name', 'query A { title }', '', 'A'],
  ['the only operation by its name', 'query A { title }', 'A', 'A'],
  ['one of several by its name', two, 'B', 'B'],
  ['an operation beside fragments', 'fragment F on Query { title } query A { ...F }', undefined, 'A'],
];
for (const [what, text, operationName, picked] of picks) {
  test(`picks ${what}`, async () => {
    const found = await createCache().cache.get(text, operationName);
    assert.ok('prepared' in found);
    assert.equal(found.node.name?.value, picked);
  });
}

const refusals: [what: string, text: string, operationName: string | undefined, message: RegExp][] = [
  ['a name that no operation has', 'query A { title }', 'B', /no operation named "B"/],
  ['a name where the operation has none', '{ title }', 'A', /no operation named "A"/],
  ['several operations and no name', two, undefined, /name one in operationName/],
  ['an empty text', '', undefined, /Unexpected <EOF>/],
  ['a text with fragments only', 'fragment F on Query { title }', undefined, /Fragment "F" is never used/],
  ['a text with a type', 'type A { a: String }', undefined, /not executable/],
  ['a text that does not parse', '{ title', undefined, /Syntax Error/],
  [
    'a variable that requests for entities have themselves',
    'query ($representations: Boolean!) { title @skip(if: $representations) }',
    undefined,
    /"\$representations" is reserved/,
  ],
  ['a text that does not fit the schema', '{ colour }', undefined, /Cannot query field "colour"/],
];
for (const [what, text, operationName, message] of refusals) {
  test(`refuses ${what}`, async () => {
    const { cache, prepared } = createCache();
    assert.match(messageOf(await cache.get(text, operationName)), message);
    assert.equal(prepared.length, 0);
  });
}

test('a document is parsed once, and each of its operations prepared once', async () => {
  const { cache, prepared } = createCache();
  const [a, b, again] = await Promise.all([cache.get(two, 'A'), cache.get(two, 'B'), cache.get(two, 'A')]);
  assert.ok('prepared' in a && 'prepared' in b);
  assert.equal(a.document, b.document);
  assert.equal(again, a);
  assert.equal(await cache.get(two, 'A'), a);
  assert.deepEqual(
    prepared.map(({ node }) => node.name?.value),
    ['A', 'B'],
  );
});

test('a refused text is remembered, and the number of texts is bounded', async () => {
  const { cache } = createCache({ maxDocuments: 1 });
  const refused = await cache.get('{ colour }');
  assert.equal(await cache.get('{ colour }'), refused);
  await cache.get('{ title }');
  assert.notEqual(await cache.get('{ colour }'), refused);
});

test('an operation that cannot be planned is remembered; trouble that is not its own is not', async () => {
  const refusing = createCache({}, async () => {
    throw new GraphQLError('Too much.');
  });
  assert.match(messageOf(await refusing.cache.get('{ title }')), /Too much/);
  assert.match(messageOf(await refusing.cache.get('{ title }')), /Too much/);
  assert.equal(refusing.prepared.length, 1);

  const busy = createCache({}, async () => {
    throw new Error('The planner is busy.');
  });
  await assert.rejects(busy.cache.get('{ title }'), /busy/);
  await assert.rejects(busy.cache.get('{ title }'), /busy/);
  assert.equal(busy.prepared.length, 2);
});

test('what is compiled counts into the memory of the cache, which is bounded', async () => {
  const { cache } = createCache({ maxBytes: 10_000 }, async () => ({
    bytes: 4_000,
    run: async () => ({ data: {} }),
  }));
  for (const alias of ['a', 'b', 'c']) await cache.get(`{ ${alias}: title }`);
  const { documents, bytes } = cache.load;
  assert.equal(documents, 2);
  assert.ok(bytes > 8_000 && bytes <= 10_000);
});

test('a text of too many tokens and an operation that may return too much are refused, up to the bound taken', async () => {
  const { cache } = createCache({ maxTokens: 5, maxFieldValues: 2 });
  assert.ok('prepared' in (await cache.get('{ title author }')));
  assert.match(messageOf(await cache.get('{ a: title b: author }')), /5 tokens at most/);
  const small = createCache({ maxFieldValues: 2 }).cache;
  assert.match(messageOf(await small.get('{ title author a: title }')), /2 field values at most/);
});

test('one operation has no more room because another one beside it asks about the schema', async () => {
  const { cache } = createCache({ maxFieldValues: 2 });
  const tooMany = 'query A { title author a: title }';
  for (const beside of ['', ' query B { __typename }', ' query B { __schema { queryType { name } } }']) {
    assert.match(messageOf(await cache.get(tooMany + beside, 'A')), /2 field values at most/, beside);
  }
  const asks = `${tooMany} query B { __schema { types { name } } }`;
  assert.ok('prepared' in (await cache.get(asks, 'B')));
});
