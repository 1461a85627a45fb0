import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type ExecutionResult, GraphQLError, GraphQLScalarType, parse } from 'graphql';
import { AppError } from '../errors/app-error.ts';
import { checkDocument } from './check-document.ts';
import { compilingRun, ExecutableDocument } from './executable-document.ts';
import { OperationCompiler } from './operation-compiler.ts';

/** Everything that graphql-jit is known, or was found, to do in its own way. */
const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  scalar Moment
  scalar Anything
  type Query {
    thing: Thing
    mustThing: Thing!
    things(kind: String): [Thing]
    fullThings(kind: String): [Thing!]
    mustThings(kind: String): [Thing!]!
    grid(kind: String): [[Thing!]]
    tags(kind: String): [String!]
    pet(kind: String): Pet
    pets: [Pet]
    named(kind: String): Named
    echo(text: String, n: Int! = 7, list: [Int], filter: Filter, color: Color, at: Moment, any: Anything, id: ID, f: Float, ok: Boolean): String
    need(n: Int!): Int
    fallback(any: Anything = "none", filter: Filter = { n: 5 }, color: Color = GREEN): String
    info(n: Int): String
    s_info: Infos
    property: String
    clash: Clash
    typed: Typed
    clashes: Clashes
  }
  type Mutation { set(n: Int!): Int  failing: Int }
  type Infos { nfo: String  n_fo: String }
  type Clash { esX: String  id: ID }
  type Clashes { X: String  id: ID }
  input Filter { n: Int! = 3  text: String  inner: Filter  at: Moment  list: [Int!] }
  enum Color { RED GREEN }
  type Thing @key(fields: "id") {
    id: ID!
    name: String
    mustName(kind: String): String!
    fail(kind: String): String
    mustFail(kind: String): String!
    slowFail: String!
    child(kind: String): Thing
    mustChild(kind: String): Thing!
    property: Thing
    leaf(kind: String): String
    color(kind: String): Color
    mustColor(kind: String): Color!
    at(kind: String): Moment
    int(kind: String): Int
    float: Float
    flag: Boolean
    list: [Int]
    mustList: [Int!]!
    items(kind: String): [Thing]
    plainColor: Color
    plainInt: Int
    plainMoment: Moment
    getter: String
    asFunction(n: Int = 2): String
    thingFunction: Thing
    later: String
    laterThing: Thing
    laterAny: Anything
  }
  type Typed { id: ID }
  interface Named { name: String }
  type Cat implements Named { name: String  lives: Int  friend: Pet  must: String! }
  type Dog implements Named { name: String!  barks: Boolean  friend: Pet  toString: String }
  union Pet = Cat | Dog
`);

class Odd {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

const failure = (kind: string | undefined): unknown => {
  if (kind === 'app') return new AppError('INVALID_ARGUMENT', { violations: [] });
  if (kind === 'graphql') return new GraphQLError('of its own', { extensions: { code: 'OWN' } });
  if (kind === 'located') return new GraphQLError('located', { path: ['elsewhere'] });
  if (kind === 'string') return 'only a text';
  if (kind === 'undefined') return undefined;
  if (kind === 'zero') return 0;
  return new TypeError('broken');
};

const fail = (_source: unknown, { kind = '' }: { kind?: string }) => {
  const [how = '', what] = kind.split(' ');
  if (how === 'reject') return Promise.reject(failure(what));
  if (how === 'return') return failure(what);
  if (how === 'later') return Promise.resolve(failure(what));
  if (how === 'null') return null;
  if (how === 'laterNull') return Promise.resolve(null);
  throw failure(what ?? how);
};

const thing = (more: object = {}): Record<string, unknown> => ({
  id: '1',
  name: 'a thing',
  float: 1.5,
  flag: true,
  list: [1, null, 3],
  mustList: [1, 2],
  plainColor: 'RED',
  plainInt: 5,
  plainMoment: new Date(0),
  asFunction: ({ n }: { n: number }) => `called with ${n}`,
  thingFunction: async () => ({ id: '9', name: 'of a function' }),
  later: Promise.resolve('later'),
  laterAny: Promise.resolve('any'),
  laterThing: Promise.resolve({ id: '8', name: 'later' }),
  property: { id: '7', name: 'a property' },
  ...more,
});

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await undefined;
};

function list(kind = ''): unknown {
  const broken = () => Promise.reject(new Error('item'));
  if (kind === 'set') return new Set([thing(), thing()]);
  if (kind === 'promises') return [thing(), Promise.resolve(thing()), turns(3).then(() => thing())];
  if (kind === 'firstLate') return [turns(5).then(broken), thing(), Promise.resolve(thing())];
  if (kind === 'rejections') return [broken(), thing(), broken(), Promise.resolve(null)];
  if (kind === 'errors') return [new Error('an item'), thing(), null];
  if (kind === 'nulls') return [thing(), null, undefined];
  if (kind === 'text') return 'abc';
  if (kind === 'object') return { length: 1, 0: thing() };
  if (kind === 'numbers') return [1, 2];
  if (kind === 'null') return null;
  if (kind === 'empty') return [];
  if (kind === 'promise') return Promise.resolve([thing(), Promise.resolve(thing())]);
  if (kind === 'throwing')
    return (function* () {
      yield thing();
      throw new Error('iterator');
    })();
  return [thing(), thing()];
}

const pet = (kind = 'cat'): unknown => {
  if (kind === 'cat') return { __typename: 'Cat', name: 'Tom', lives: 9, friend: () => pet('dog') };
  if (kind === 'dog') return { __typename: 'Dog', name: 'Rex', barks: true, friend: null };
  if (kind === 'namelessDog') return { __typename: 'Dog', name: null, barks: true };
  if (kind === 'laterDog') return Promise.resolve(pet('dog'));
  if (kind === 'laterNobody') return turns(2).then(() => pet('nobody'));
  if (kind === 'nobody') return { name: 'x' };
  if (kind === 'thing') return { __typename: 'Thing', name: 'x' };
  if (kind === 'unknown') return { __typename: 'Unicorn', name: 'x' };
  if (kind === 'error') return new Error('no pet');
  return null;
};

const Moment = new GraphQLScalarType<Date, string>({
  name: 'Moment',
  serialize(value) {
    if (!(value instanceof Date)) throw new AppError('INVALID_ARGUMENT', { violations: [] });
    return value.toISOString();
  },
  parseValue(value) {
    if (value instanceof Date) throw new TypeError('parsed twice');
    if (typeof value !== 'string') throw new GraphQLError('Moment must be text.');
    return new Date(value);
  },
});

const Anything = new GraphQLScalarType<unknown, unknown>({
  name: 'Anything',
  parseLiteral: (node) => new Odd('value' in node ? String(node.value) : node.kind),
  parseValue: (value) => new Odd(JSON.stringify(value)),
});

const written = (value: unknown): unknown => {
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof Odd) return `Odd(${value.value})`;
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value === undefined ? 'undefined' : value;
  // graphql-jit puts defaults before the rest.
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, written((value as Record<string, unknown>)[key])]),
  );
};
const echo = (_source: unknown, args: unknown) => JSON.stringify(written(args));
const byKind =
  (values: Record<string, unknown>) =>
  (_source: unknown, { kind }: { kind: string }) =>
    values[kind];
const badValues = {
  promise: Promise.resolve('later'),
  function: () => 'called',
  nothing: undefined,
  object: { a: 1 },
  number: 4,
  nan: Number.NaN,
  error: new AppError('INVALID_ARGUMENT', { violations: [] }),
};

const resolvers = {
  Moment,
  Anything,
  Query: {
    thing: () => thing(),
    mustThing: async () => thing(),
    things: (_root: unknown, { kind }: { kind?: string }) => list(kind),
    fullThings: (_root: unknown, { kind }: { kind?: string }) => list(kind),
    mustThings: (_root: unknown, { kind }: { kind?: string }) => list(kind),
    grid: (_root: unknown, { kind }: { kind?: string }) => [list(kind), null, list()],
    tags: (_root: unknown, { kind }: { kind?: string }) =>
      kind === 'null'
        ? ['a', null]
        : ['a', Promise.resolve('b'), kind === 'reject' ? Promise.reject(new Error('x')) : 'c'],
    pet: (_root: unknown, { kind }: { kind?: string }) => pet(kind),
    pets: () => [pet('cat'), pet('laterDog'), null, pet('error'), pet('dog')],
    named: (_root: unknown, { kind }: { kind?: string }) => pet(kind),
    echo,
    need: (_root: unknown, { n }: { n: number }) => n,
    fallback: echo,
    info: (...[, , , info]: unknown[]) => {
      const { fieldName, path, variableValues, returnType, parentType } = info as unknown as Record<
        string,
        { key: string }
      >;
      return JSON.stringify([fieldName, path?.key, variableValues, returnType, parentType]);
    },
    s_info: () => ({}),
    typed: () => ({ id: 3 }),
    clash: () => ({ id: 1 }),
    clashes: () => ({ id: 2 }),
  },
  Mutation: {
    set: (_root: unknown, { n }: { n: number }) => turns(9 - n).then(() => n),
    failing: () => Promise.reject(new Error('no')),
  },
  Infos: {
    nfo: (...[, , , info]: unknown[]) => (info as { fieldName: string }).fieldName,
    n_fo: (...[, , , info]: unknown[]) => (info as { fieldName: string }).fieldName,
  },
  Clash: { esX: () => 'esX' },
  Clashes: { X: () => 'X' },
  Thing: {
    mustName: fail,
    fail,
    mustFail: fail,
    slowFail: () => turns(8).then(() => Promise.reject(new Error('slow'))),
    child: (_source: unknown, { kind }: { kind?: string }) =>
      kind ? fail(_source, { kind }) : turns(2).then(() => thing()),
    mustChild: (_source: unknown, { kind }: { kind?: string }) => (kind ? fail(_source, { kind }) : thing()),
    leaf: byKind(badValues),
    color: byKind({ ...badValues, red: 'RED', pink: 'PINK' }),
    mustColor: byKind({ ...badValues, red: 'RED', pink: 'PINK' }),
    at: byKind({ ...badValues, date: new Date(5) }),
    int: byKind({ ...badValues, big: 2 ** 40, half: 0.5, text: '12' }),
    items: (_source: unknown, { kind }: { kind?: string }) => list(kind),
    getter: (source: { getter: string }) => source.getter,
    __resolveReference: ({ id }: { id: string }) => {
      if (id === 'null') return null;
      if (id === 'later') return turns(3).then(() => thing({ id }));
      if (id === 'throw') throw new AppError('INVALID_ARGUMENT', { violations: [] });
      if (id === 'reject') return Promise.reject(new Error('not loaded'));
      if (id === 'error') return new Error('returned');
      return thing({ id });
    },
  },
  Dog: { toString: () => 'wow' },
};

const schema = buildSubgraphSchema([{ typeDefs, resolvers } as never]);
Object.assign(schema.getType('Typed') ?? {}, { isTypeOf: async ({ id }: { id: number }) => id === 4 });
Object.assign(schema.getQueryType()?.getFields().fallback?.args[0] ?? {}, {
  defaultValue: new Odd('default'),
});

/** The results of graphql-js and of graphql-jit, and how often the latter gave up. */
async function runBoth(query: string, variables?: Record<string, unknown>, runs = compilingRun + 1) {
  const { document, counts } = prepare(query);
  const results: ExecutionResult[] = [];
  for (let run = 1; run <= runs; run++) results.push(await document.run(variables, () => ({}), false));
  return { results, ...counts };
}

function prepare(query: string, operationName?: string) {
  const counts = { fallbacks: 0, compiledRuns: 0 };
  const compiler = new OperationCompiler(schema);
  const compile = compiler.compile.bind(compiler);
  compiler.compile = (operation) => {
    const compiled = compile(operation);
    return (
      compiled &&
      ((...args) => {
        counts.compiledRuns++;
        return compiled(...args);
      })
    );
  };
  const document = new ExecutableDocument(
    { query, operationName },
    { schema, compiler, check: (text) => checkDocument(text, schema), onFallback: () => counts.fallbacks++ },
  );
  return { document, counts };
}

const errorsOf = ({ errors = [] }: ExecutionResult) =>
  errors
    .map((error) => ({
      ...error.toJSON(),
      nodes: error.nodes?.map(({ kind, loc }) => `${kind} ${loc?.start}`),
      thrown: error.originalError?.constructor.name,
      blamed:
        error.originalError instanceof GraphQLError && error.originalError.nodes?.map(({ kind }) => kind),
    }))
    .sort((one, other) => (JSON.stringify(one.path) < JSON.stringify(other.path) ? -1 : 1));

const comparable = (result: ExecutionResult) => ({
  data: JSON.stringify(result.data),
  keys: Object.keys(result).sort(),
  errors: errorsOf(result),
});

type Case = readonly [query: string, variables?: Record<string, unknown>];

async function assertSame([query, variables]: Case) {
  const { results, fallbacks, compiledRuns } = await runBoth(query, variables);
  const [expected, ...others] = results.map(comparable);
  for (const other of others) assert.deepEqual(other, expected);
  return { fallbacks, compiledRuns };
}

const kinds = (field: string, all: readonly string[], selection = '') =>
  Object.fromEntries(
    all.map((kind): [string, Case] => [
      `${field} ${kind}`,
      [`{ thing { id ${field}(kind: "${kind}") ${selection} name } }`],
    ]),
  );
const failures = ['app', 'graphql', 'located', 'string', 'undefined', 'zero', 'other'];
const ways = [
  'null',
  'laterNull',
  ...failures,
  ...['reject', 'return', 'later'].flatMap((how) => failures.map((what) => `${how} ${what}`)),
];
/** What has no fields. */
const loose = ['return string', 'return zero', 'later string', 'later zero'];
const listKinds = [
  'set',
  'promises',
  'firstLate',
  'rejections',
  'errors',
  'nulls',
  'null',
  'empty',
  'promise',
];
const lists = (field: string, all: readonly string[]) =>
  Object.fromEntries(
    all.map((kind): [string, Case] => [
      `${field} ${kind}`,
      [`{ ${field}(kind: "${kind}") { id name child { id } } }`],
    ]),
  );

/** Compiled, and equal. */
const compiled: Record<string, Case> = {
  'plain fields': ['{ thing { id name float flag list mustList plainColor plainInt plainMoment } }'],
  aliases: ['{ a: thing { x: id id y: name } b: thing { id } echo(text: "a") other: echo(text: "b") }'],
  'an alias with an underscore': ['{ a_b: thing { c_d: id } thing { child { id } } }'],
  'type names': ['{ __typename thing { __typename kind: __typename id } pets { __typename } }'],
  'merged fields': [
    '{ thing { child { id } } thing { child { name } ...T } } fragment T on Thing { child { id flag } }',
  ],
  'one fragment at two places': [
    '{ thing { ...T child { ...T } } } fragment T on Thing { id child { name } }',
  ],
  'composite properties, functions and promises': [
    '{ thing { property { id name } thingFunction { id } laterThing { id } } }',
  ],
  unions: [
    '{ pets { ... on Cat { name lives friend { ... on Dog { barks } } } ... on Dog { barks friend { __typename } } } }',
  ],
  'interfaces by fragment': ['{ pets { ... on Named { __typename } ... on Dog { toys: barks } } }'],
  'a missing pet': ['{ pet(kind: "none") { __typename } }'],
  'a failed pet': ['{ pet(kind: "error") { __typename } }'],
  'a field that the other pet has not': ['{ pet(kind: "dog") { ... on Cat { must } __typename } }'],
  'a missing must within a union': ['{ pets { ... on Cat { must name } } }'],
  'arguments of all types': [
    '{ echo(text: "\\"quoted\\" \\n \\u2028", n: -0, list: [1, null], filter: { n: 1, inner: { text: "x" }, at: "2030-01-01", list: 4 }, color: RED, id: 5, f: 1.5, ok: true) }',
  ],
  'a literal of a custom scalar': ['{ echo(at: "2030-01-01T00:00:00Z", any: { a: 1 }) }'],
  'a text that graphql-jit would make code of': [
    '{ echo(text: "__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d); globalThis.hacked = 1; (0", filter: { text: "__MAGIC_NAN__57f286b9_4c20_487f_b409_79804ddcb4f8" }) }',
  ],
  'one item for a list': ['{ echo(list: 4) }'],
  'nulls for arguments': ['{ echo(text: null, list: null, filter: null, color: null) }'],
  'a variable in a list and in an object': [
    'query ($a: Int, $b: String) { echo(list: [1, $a], filter: { n: 1, text: $b, inner: { text: $b } }) }',
    { a: 5 },
  ],
  'missing variables': [
    'query ($a: Int, $b: String, $f: Filter) { echo(list: [1, $a], text: $b, filter: $f) }',
    {},
  ],
  'variables of all types': [
    'query ($t: String, $n: Int!, $l: [Int], $f: Filter, $c: Color, $m: Moment, $x: Anything, $i: ID, $d: Float) { echo(text: $t, n: $n, list: $l, filter: $f, color: $c, at: $m, any: $x, id: $i, f: $d) }',
    {
      t: 'x',
      n: 1,
      l: 3,
      f: { at: '2030-01-01', inner: { list: [1] } },
      c: 'RED',
      m: '2031-01-01',
      x: { a: [1] },
      i: 5,
      d: 1,
    },
  ],
  'defaults of variables': [
    'query ($n: Int = 4, $c: Color = GREEN, $m: Moment = "2032-01-01", $f: Filter = { text: "d" }) { echo(n: $n, color: $c, at: $m, filter: $f) }',
    {},
  ],
  'null for a variable with a default': ['query ($t: String = "d") { echo(text: $t) }', { t: null }],
  'null for an argument that must not be': ['query ($n: Int = 4) { thing { id } echo(n: $n) }', { n: null }],
  'null for a needed argument': ['query ($n: Int = 4) { thing { id } need(n: $n) }', { n: null }],
  'too many variables': ['query ($n: Int!) { need(n: $n) }', { n: 1, other: 2 }],
  'the info of a resolver': ['query ($n: Int = 1) { info(n: $n) other: info(n: $n) }', {}],
  'skipped and included': [
    'query ($yes: Boolean!, $no: Boolean = false) { thing { id @skip(if: $yes) name @include(if: $yes) flag @include(if: $yes) @skip(if: $no) ...F @include(if: $no) ... @skip(if: $no) { float } } } fragment F on Thing { list }',
    { yes: true },
  ],
  'a fragment at a skipped and at an included place': [
    'query ($a: Boolean!) { x: thing @skip(if: $a) { ...F } y: thing @include(if: $a) { ...F } } fragment F on Thing { id name @skip(if: $a) }',
    { a: true },
  ],
  'conditions on fields that merge': [
    'query ($a: Boolean!) { thing @include(if: $a) { ... { name } } thing { id } }',
    { a: false },
  ],
  'conditions without variables': ['{ thing { id @skip(if: true) name @include(if: true) } }'],
  'everything skipped': ['query ($a: Boolean!) { thing { id @skip(if: $a) } }', { a: true }],
  entities: [
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { id name child { id } } } }',
    {
      r: ['1', 'null', 'later', 'reject', '2', 'error'].map((id) => ({ __typename: 'Thing', id })),
    },
  ],
  'entities of which one throws': [
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { id } } }',
    { r: ['1', 'throw'].map((id) => ({ __typename: 'Thing', id })) },
  ],
  'the SDL': ['{ _service { sdl } }'],
  'a must in an optional one': ['{ thing { id child { mustFail(kind: "reject app") } } }'],
  'a must of a must': ['{ thing { id mustChild { mustChild { mustFail(kind: "reject") } } } }'],
  'a must up to the root': ['{ mustThing { mustFail(kind: "reject") } thing { id } }'],
  'two failed musts': ['{ thing { a: mustFail(kind: "reject") b: mustFail(kind: "reject") } }'],
  'two failed musts, one slow': ['{ thing { id slowFail mustFail(kind: "reject") } }'],
  'failed musts in a list': [
    '{ fullThings { id mustFail(kind: "reject") } things { mustFail(kind: "app") } }',
  ],
  'items that must not fail': ['{ mustThings { mustFail(kind: "reject") } }'],
  'a leaf that must not be null before a failing resolver': [
    '{ mustThing { name } thing { child { mustName(kind: "null") } } }',
  ],
  'text that is null in a list': ['{ tags(kind: "null") }'],
  'text in promises': ['{ tags }'],
  'text that fails in a list': ['{ tags(kind: "reject") }'],
  'lists of lists': ['{ grid { id child { name } } }'],
  'lists of lists with nulls': ['{ grid(kind: "nulls") { id } }'],
  'lists of lists with errors': ['{ grid(kind: "errors") { id } }'],
  'enums and scalars': [
    '{ thing { color(kind: "red") mustColor(kind: "red") at(kind: "date") int(kind: "text") } }',
  ],
  'a root property': ['{ property }'],
  ...kinds('fail', ways),
  ...kinds('mustFail', ways),
  ...kinds(
    'child',
    ways.filter((way) => !loose.includes(way)),
    '{ id }',
  ),
  ...kinds(
    'mustChild',
    ways.filter((way) => !loose.includes(way)),
    '{ id }',
  ),
  ...kinds('leaf', ['promise', 'nothing', 'number', 'error']),
  ...lists('things', listKinds),
  ...lists('fullThings', listKinds),
  ...lists('mustThings', listKinds),
};

for (const [what, testCase] of Object.entries(compiled)) {
  test(`graphql-jit answers as graphql-js does: ${what}`, async () => {
    assert.deepEqual(await assertSame(testCase), { fallbacks: 0, compiledRuns: 2 });
  });
}

/** Compiled, but what comes up at run time is for graphql-js. */
const surprising: Record<string, Case> = {
  'a list in a list whose iterator throws': ['{ grid(kind: "throwing") { id } }'],
  ...lists('things', ['throwing', 'object']),
  ...lists('mustThings', ['throwing', 'object']),
  'a pet of a type that does not exist': ['{ pet(kind: "unknown") { __typename } }'],
  'a pet of a wrong type': ['{ pet(kind: "thing") { __typename } }'],
  'a leaf that is a function': ['{ thing { id asFunction(n: 5) } }'],
  'a leaf that is a promise': ['{ thing { id later } }'],
  'a promise for a scalar that takes anything': ['{ thing { id laterAny } }'],
  'a variable that does not fit into an argument': [
    'query ($n: Int = 4) { echo(filter: { n: $n }) }',
    { n: null },
  ],
  'a value that does not fit a scalar': ['{ thing { plainColor at(kind: "number") } }'],
  'an object of no known type, later': ['{ thing { id } pet(kind: "laterNobody") { __typename } }'],
  'an object of no known type': ['{ pet(kind: "nobody") { __typename } }'],
  'text for a list': ['{ things(kind: "text") { id } }'],
  'numbers for objects': ['{ things(kind: "numbers") { id name } }'],
  ...kinds('child', loose, '{ id }'),
  ...kinds('mustChild', loose, '{ id }'),
  ...kinds('leaf', ['object', 'nan', 'function']),
  ...kinds('color', ['pink', 'object', 'number']),
  ...kinds('mustColor', ['pink', 'object', 'number']),
  ...kinds('int', ['big', 'half', 'nan', 'object']),
};

for (const [what, testCase] of Object.entries(surprising)) {
  test(`graphql-js takes over a run of graphql-jit: ${what}`, async () => {
    const { fallbacks, compiledRuns } = await assertSame(testCase);
    assert.equal(compiledRuns, 2);
    if (what !== 'leaf nan') assert.equal(fallbacks, 2);
  });
}

/** Known to differ, or not worth it. */
const refused: Record<string, Case> = {
  introspection: ['{ __schema { queryType { name } } thing { id } }'],
  'an alias that is in every object': ['{ constructor: thing { id } }'],
  'an alias that sets the prototype': ['{ __proto__: thing { id } }'],
  'a field that is in every object': ['{ pets { ... on Dog { toString } } }'],
  'a field that only one implementation must have': ['{ named(kind: "cat") { name } }'],
  'a field that is null where only one implementation must have it': [
    '{ named(kind: "namelessDog") { name } }',
  ],
  'paths that read the same with underscores': ['{ z: s_info { x_y: nfo } y_z: s_info { x: n_fo } }'],
  mutations: ['mutation ($n: Int = 1) { a: set(n: 5) failing b: set(n: $n) c: set(n: 7) }', { n: null }],
  'a default that is no JSON': ['{ fallback }'],
  'a type that has to be asked whether it is the one': ['{ typed { id } }'],
  'resolvers that read the same': ['{ clash { esX } clashes { X } }'],
  'a text of far too many fields': [
    `{ ${Array.from({ length: 2_001 }, (_, index) => `f${index}: property`).join(' ')} }`,
  ],
};

for (const [what, testCase] of Object.entries(refused)) {
  test(`graphql-js keeps ${what}`, async () => {
    assert.deepEqual(await assertSame(testCase), { fallbacks: 1, compiledRuns: 0 });
  });
}

const wrong: Record<string, Case> = {
  'text that does not parse': ['{ thing '],
  'an unknown field': ['{ nothing }'],
  'a condition that is neither true nor false': [
    'query ($a: Boolean = true) { thing { id @skip(if: $a) } }',
    { a: null },
  ],
  'a missing variable': ['query ($n: Int!) { need(n: $n) }', {}],
  'null for a variable that must not be': ['query ($n: Int!) { need(n: $n) }', { n: null }],
  'a variable of a wrong type': ['query ($n: Int!) { need(n: $n) }', { n: 'x' }],
  'a field that an input does not have': ['query ($f: Filter) { echo(filter: $f) }', { f: { color: 1 } }],
  'two operations without a name': ['query A { property } query B { property }'],
  'a scalar that refuses a variable': ['query ($m: Moment) { echo(at: $m) }', { m: 5 }],
  'far too many wrong variables': ['query ($l: [Int]) { echo(list: $l) }', { l: Array(80).fill('x') }],
};

for (const [what, testCase] of Object.entries(wrong)) {
  test(`the same is said of ${what}`, async () => {
    assert.deepEqual(await assertSame(testCase), { fallbacks: 0, compiledRuns: 0 });
  });
}

test('the name picks the operation', async () => {
  const { document, counts } = prepare('query A { property } query B { thing { id } }', 'B');
  for (let run = 1; run <= compilingRun; run++) {
    assert.equal(JSON.stringify(await document.run({}, () => ({}), false)), '{"data":{"thing":{"id":"1"}}}');
  }
  assert.equal(counts.compiledRuns, 1);
});

test('what is observed is not compiled', async () => {
  const { document, counts } = prepare('{ property }');
  for (let run = 1; run <= compilingRun + 1; run++) await document.run({}, () => ({}), true);
  assert.equal(counts.compiledRuns, 0);
});

test('a document that surprises again and again stays with graphql-js', async () => {
  const { fallbacks, compiledRuns } = await runBoth('{ thing { id later } }', {}, 12);
  assert.deepEqual({ fallbacks, compiledRuns }, { fallbacks: 3, compiledRuns: 3 });
});

test('a document does not stay with graphql-js because of requests that are wrong', async () => {
  const { compiledRuns } = await runBoth('query ($n: Int = 4) { echo(filter: { n: $n }) }', { n: null }, 12);
  assert.equal(compiledRuns, 10);
});

test('few combinations of conditions are compiled, the others run all the same', async () => {
  const { document, counts } = prepare(
    `query ($a: Boolean!, $b: Boolean!, $c: Boolean!, $d: Boolean!) {
      thing { a: id @include(if: $a) b: id @skip(if: $b) c: id @include(if: $c) d: id @skip(if: $d) }
    }`,
  );
  const isSet = (number: number, bit: number) => Math.floor(number / 2 ** bit) % 2 === 1;
  for (let number = 0; number < 40; number++) {
    const [a, b, c, d] = [0, 1, 2, 3].map((bit) => isSet(number, bit));
    const { data } = await document.run({ a, b, c, d }, () => ({}), false);
    const expected = [...(a ? 'a' : ''), ...(b ? '' : 'b'), ...(c ? 'c' : ''), ...(d ? '' : 'd')];
    assert.deepEqual(Object.keys(data?.thing as object), expected);
  }
  assert.ok(counts.compiledRuns >= 16 && counts.compiledRuns <= 24, `${counts.compiledRuns} compiled runs`);
});

test('graphql-jit waits for all that has begun, and tells what failed below what is null already', async () => {
  const { results } = await runBoth('{ thing { child { slowFail } mustFail(kind: "reject") } }');
  const [byGraphqlJs, , byGraphqlJit] = results.map(({ errors = [] }) =>
    errors.map(({ path }) => path?.join('.')),
  );
  assert.deepEqual(byGraphqlJs, ['thing.mustFail']);
  assert.deepEqual(byGraphqlJit?.toSorted(), ['thing.child.slowFail', 'thing.mustFail']);
});

test('a text of the client does not become code', async () => {
  const text = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d0), x: (globalThis.hacked = 1';
  const { results } = await runBoth(`{ echo(text: "${text}") }`);
  assert.deepEqual(JSON.parse(String(results[compilingRun]?.data?.echo)), { n: 7, text });
  assert.equal((globalThis as { hacked?: unknown }).hacked, undefined);
});
