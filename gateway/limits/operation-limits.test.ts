import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { playgroundOperations, signInOperation } from '@tiffin/schema/playground-operations';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import { createApolloGateway } from '../apollo-gateway.ts';
import type { Executor } from '../executor.ts';
import { OperationCache } from '../operation-cache.ts';
import { listSizesOf } from './list-sizes.ts';
import { defaultOperationLimits, type OperationLimits } from './operation-limits.ts';

const schema = buildSchema(`
  directive @mark repeatable on VARIABLE_DEFINITION
  input Filter { all: [Filter!] text: String }
  type Query { book(id: ID, filter: Filter): Book books(first: Int! = 20): Books shelves: [Book!] }
  type Books { edges: [Book!]! }
  type Book { title(short: Boolean): String similar: Book }
`);

function cacheWith(limits: Partial<OperationLimits>, of = schema) {
  const executor: Executor = {
    schema: of,
    prepare: async () => ({ bytes: 1, run: async () => ({}) }),
    stop: async () => {},
  };
  return new OperationCache(executor, limits);
}

async function outcome(limits: Partial<OperationLimits>, text: string, variables = {}) {
  const operationName = text.startsWith('query A') ? 'A' : undefined;
  const found = await cacheWith(limits).get(text, operationName, variables);
  if (!('errors' in found)) return 'taken';
  assert.equal(found.errors.length, 1);
  return found.errors[0]?.extensions;
}

const repeat = (times: number, part: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => part(index)).join(' ');
const nested = (levels: number) =>
  `{ book ${'{ similar '.repeat(levels - 2)}{ title }${' }'.repeat(levels - 1)}`;
const inLists = (depth: number) => {
  const levels = Math.floor(depth / 2);
  return `{ book(filter: ${'{all: ['.repeat(levels)}${depth % 2 ? '{}' : ''}${']}'.repeat(levels)}) { title } }`;
};
/** As many objects and lists within each other; the object of all variables is one more. */
const deepVariable = (depth: number): object => {
  if (depth > 2) return { all: [deepVariable(depth - 2)] };
  return depth === 2 ? { all: [] } : {};
};
const byFilter = 'query ($f: Filter) { book(filter: $f) { title } }';

type Case = [
  limit: string,
  limits: Partial<OperationLimits>,
  maximum: number,
  within: string,
  beyond: string,
  variablesWithin?: object,
  variablesBeyond?: object,
];
const cases: Case[] = [
  [
    'DOCUMENT_CHARS',
    { maxDocumentChars: 30 },
    30,
    '{ book { title } }'.padEnd(30),
    '{ book { title } }'.padEnd(31),
  ],
  ['TOKENS', { maxTokens: 6 }, 6, '{ book { title } }', '{ book { title title } }'],
  [
    'OPERATIONS',
    { maxOperations: 1 },
    1,
    'query A { book { title } }',
    'query A { book { title } } query B { book { title } }',
  ],
  [
    'FRAGMENTS',
    { maxFragments: 1 },
    1,
    '{ ...A } fragment A on Query { book { title } }',
    '{ ...A ...B } fragment A on Query { book { title } } fragment B on Query { book { title } }',
  ],
  [
    'SELECTIONS',
    { maxSelections: 4 },
    4,
    '{ ...A } fragment A on Query { book { ... { title } } }',
    '{ ...A ...A } fragment A on Query { book { title } }',
  ],
  [
    'COMPARISONS',
    { maxComparisons: 4 },
    4,
    // Two books and their three titles; the next title makes it six pairs.
    '{ ...A book { title title } } fragment A on Query { ... { book { title } } }',
    '{ ...A book { title title } } fragment A on Query { ... { book { title title } } }',
  ],
  ['DEPTH', { maxDepth: 5 }, 5, nested(5), nested(6)],
  [
    'DEPTH',
    { maxDepth: 2 },
    2,
    '{ ...A } fragment A on Query { ... { book { ...B } } } fragment B on Book { title }',
    '{ ...A } fragment A on Query { book { ...B } } fragment B on Book { similar { title } }',
  ],
  [
    'ALIASES',
    { maxAliases: 3 },
    3,
    `{ ${repeat(3, (n) => `a${n}: book { title }`)} }`,
    `{ ${repeat(4, (n) => `a${n}: book { title }`)} }`,
  ],
  [
    'ALIASES',
    { maxAliases: 2 },
    2,
    '{ book { ...A } } fragment A on Book { x: title y: title }',
    '{ book { ...A } b: book { ...A } } fragment A on Book { x: title }',
  ],
  [
    'DIRECTIVES',
    { maxDirectives: 2 },
    2,
    '{ book { title @skip(if: false) @include(if: true) } }',
    '{ book @skip(if: false) { ...A @skip(if: false) } } fragment A on Book { title @skip(if: false) }',
  ],
  [
    'DIRECTIVES',
    { maxDirectives: 3 },
    3,
    'query ($a: ID @mark, $b: ID @mark) { book(id: $a) { title } b: book(id: $b) @skip(if: false) { title } }',
    'query ($a: ID @mark @mark, $b: ID @mark) { book(id: $a) { title } b: book(id: $b) @skip(if: false) { title } }',
  ],
  [
    'ROOT_FIELDS',
    { maxRootFields: 2 },
    2,
    '{ a: book { title } ...A } fragment A on Query { b: book { title title } }',
    '{ a: book { title } ...A ... { c: book { title } } } fragment A on Query { b: book { title } }',
  ],
  ['VALUE_DEPTH', { maxValueDepth: 4 }, 4, inLists(4), inLists(5)],
  [
    'VALUE_DEPTH',
    { maxValueDepth: 4 },
    4,
    'query ($f: Filter = {all: [{all: []}]}) { book(filter: $f) { title } }',
    'query ($f: Filter = {all: [{all: [{}]}]}) { book(filter: $f) { title } }',
  ],
  [
    'FIELD_VALUES',
    { maxFieldValues: 61 },
    61,
    '{ books(first: 30) { edges { title } } }',
    '{ books(first: 31) { edges { title } } }',
  ],
  [
    'VARIABLE_DEPTH',
    { maxVariableDepth: 6 },
    6,
    byFilter,
    byFilter,
    { f: deepVariable(5) },
    { f: deepVariable(6) },
  ],
  [
    'VARIABLE_VALUES',
    { maxVariableValues: 4 },
    4,
    byFilter,
    byFilter,
    { f: { all: [{ text: 'a' }] } },
    { f: { all: [{ text: 'a' }, {}] } },
  ],
];
for (const [limit, limits, maximum, within, beyond, variablesWithin, variablesBeyond] of cases) {
  test(`${limit}: up to ${maximum} is taken, beyond is refused by name and bound`, async () => {
    assert.equal(await outcome(limits, within, variablesWithin), 'taken');
    const code = 'OPERATION_LIMIT_EXCEEDED';
    assert.deepEqual(await outcome(limits, beyond, variablesBeyond), { limit, maximum, code });
    // The control: it is this limit and no other that refuses.
    const [name] = Object.keys(limits);
    const lifted = { [name as string]: maximum * 10 };
    assert.equal(await outcome(lifted, beyond, variablesBeyond), 'taken');
  });
}

test('the lexer stops at the bound: what comes after it is not read', async () => {
  const refused = await outcome({ maxTokens: 100 }, `{ ${repeat(100, () => 'book')} "never ended`);
  assert.deepEqual(refused, { limit: 'TOKENS', maximum: 100, code: 'OPERATION_LIMIT_EXCEEDED' });
});

test('fragments that double are counted without being walked through', async () => {
  const doubling = repeat(150, (n) => `fragment F${n} on Book { similar { ...F${n + 1} ...F${n + 1} } }`);
  const bomb = `{ book { ...F0 } } ${doubling} fragment F150 on Book { title }`;
  assert.equal(((await outcome({}, bomb)) as { limit: string }).limit, 'SELECTIONS');
});

test('fragments that nobody spreads count as well: validation goes through them before it refuses them', async () => {
  const unused = (selections: number, spreads: number) =>
    `{ book { title } } fragment F on Book { ${repeat(selections, () => 'title')} }
    ${repeat(spreads, (n) => `fragment F${n} on Book { ...F }`)}`;
  const code = 'OPERATION_LIMIT_EXCEEDED';
  assert.deepEqual(await outcome({}, unused(1_001, 0)), { limit: 'SELECTIONS', maximum: 1_000, code });
  assert.deepEqual(await outcome({}, unused(100, 100)), { limit: 'SELECTIONS', maximum: 1_000, code });
  assert.deepEqual(await outcome({}, unused(300, 0)), { limit: 'COMPARISONS', maximum: 10_000, code });
  const found = await cacheWith({}).get(unused(1, 0));
  assert.ok('errors' in found);
  assert.equal(found.errors[0]?.message, 'Fragment "F" is never used.');
});

test('fragments within themselves are refused before validation', async () => {
  for (const cycle of [
    '{ ...A } fragment A on Query { ...A }',
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
  ]) {
    const found = await cacheWith({}).get(cycle);
    assert.ok('errors' in found);
    assert.deepEqual(
      found.errors.map(({ message }) => message),
      ['Cannot spread fragment "A" within itself.'],
    );
  }
});

test('of what is wrong the first few errors are told, with few places, and none in a long text', async () => {
  const errorsOf = async (text: string) => {
    const found = await cacheWith({}).get(text);
    assert.ok('errors' in found);
    return found.errors;
  };
  const unknown = `{ ${repeat(40, (n) => `f${n}`)} }`;
  const few = await errorsOf(unknown);
  assert.equal(few.length, 11);
  assert.match(few[10]?.message ?? '', /Too many validation errors/);
  assert.equal(few[0]?.locations?.length, 1);
  // A line break costs next to nothing to send, and each place is found by counting all that are before it.
  for (const { locations } of await errorsOf(`${'\n'.repeat(10_000)}${unknown}`))
    assert.equal(locations, undefined);
  const [conflict] = await errorsOf(
    `{ book { ${repeat(9, (n) => `a${n}: title`)} } book: book { ${repeat(9, (n) => `a${n}: title(short: true)`)} } }`,
  );
  assert.match(conflict?.message ?? '', /conflict/);
  assert.equal(conflict?.locations?.length, 2);
});

test('our own operations have room to spare: half of each limit, but for depth; introspection by tools has room too', async () => {
  const sdl = supergraphSdl();
  const gateway = createApolloGateway({
    supergraphSdl: sdl,
    buildService: () => ({ process: () => Promise.reject(new Error('Nobody asks.')) }),
  });
  const { schema: ours } = await gateway.load();
  const halves = Object.fromEntries(
    Object.entries(defaultOperationLimits).map(([name, maximum]) => [name, Math.floor(maximum / 2)]),
  ) as unknown as OperationLimits;
  const half = { ...halves, assumedListSize: defaultOperationLimits.assumedListSize };
  const executor: Executor = {
    schema: ours,
    prepare: async () => ({ bytes: 1, run: async () => ({}) }),
    stop: async () => {},
  };
  const options = { listSizes: listSizesOf(parse(sdl)) };
  const small = new OperationCache(executor, { ...half, maxDepth: 16, ...options });
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const inReadme = [...readme.matchAll(/^```graphql\n(.*?)^```$/gms)].map(([, text]) => text ?? '');
  assert.ok(inReadme.length >= 4);
  for (const text of [...playgroundOperations().map(({ text }) => text), ...inReadme, signInOperation]) {
    const found = await small.get(text);
    assert.ok('prepared' in found, `${text}: ${'errors' in found && found.errors[0]?.message}`);
  }
  const tools = await new OperationCache(executor, { ...half, maxDepth: 25, ...options }).get(
    getIntrospectionQuery(),
  );
  assert.ok('prepared' in tools, 'errors' in tools ? tools.errors[0]?.message : '');
  await gateway.stop();
});
