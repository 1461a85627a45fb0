import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, getIntrospectionQuery, Kind, parse } from 'graphql';
import { listSizesOf } from './list-sizes.ts';
import { compileCost } from './operation-cost.ts';

const sdl = `
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!]) on FIELD_DEFINITION
  type Query {
    shops(first: Int! = 20, last: Int): Shops
    shop: Shop
    top(limit: Int): [Shop!] @listSize(slicingArguments: ["limit"])
    sized(first: Int): Shops @listSize(slicingArguments: ["first"], sizedFields: ["edges"])
  }
  type Shops { edges: [Edge!]! total: Total }
  type Total { count: Int }
  type Edge { node: Shop! }
  type Shop { name: String! goods(first: Int! = 20): Shops areas: [Area!]! @listSize(assumedSize: 3) grid: [[Area]] open: [Area] }
  type Area { name: String }
`;
const schema = buildSchema(sdl);
const listSizes = listSizesOf(parse(sdl));

function cost(text: string, variables = {}) {
  const document = parse(text);
  const node = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  assert.ok(node);
  return compileCost(document, node, { schema, listSizes, assumedListSize: 10 })(variables);
}

test('a page counts as often as it has items: as given, by default, by its variable', () => {
  assert.equal(cost('{ shop { name } }'), 2);
  assert.equal(cost('{ shops(first: 3) { edges { node { name } } } }'), 1 + 3 * 3);
  assert.equal(cost('{ shops(first: 1000000) { edges { node { name } } } }'), 1 + 1_000_000 * 3);
  assert.equal(cost('{ shops { edges { node { name } } } }'), 1 + 20 * 3);
});

test('a variable counts as the value of the request, as its default, or as the largest of our pages', () => {
  const text = (type: string) => `query ($n: ${type}) { shops(first: $n) { edges { node { name } } } }`;
  for (const [variables, items] of [
    [{ n: 7 }, 7],
    [{ n: 5_000 }, 5_000],
    [{ n: 0 }, 1],
    [{ n: -4 }, 1],
    [{ n: Number.NaN }, 1],
    [{ n: 'x' }, 100],
    [{ n: null }, 100],
  ] as const) {
    assert.equal(cost(text('Int!'), variables), 1 + items * 3, JSON.stringify(variables));
  }
  assert.equal(cost(text('Int! = 4')), 1 + 4 * 3);
  assert.equal(cost(text('Int! = 4'), { n: 9 }), 1 + 9 * 3);
  for (const own of [0, -4, -2_000_000]) assert.equal(cost(text(`Int! = ${own}`)), 1 + 3, String(own));
  assert.equal(cost(text('Int!')), 1 + 20 * 3);
});

test('no page pays for another: each adds to the cost, whatever its variable is by default', () => {
  const dear = '{ edges { node { goods(first: 100) { edges { node { name } } } } } }';
  const alone = cost(`{ shops(first: 100) ${dear} }`);
  for (const skipped of ['', '@skip(if: true)']) {
    const text = `query ($n: Int! = -2000000) { shops(first: 100) ${dear} x: shops(first: $n) ${skipped} ${dear} }`;
    assert.ok(cost(text) > alone);
  }
});

test('pages within pages multiply, with variables too; aliases add up', () => {
  const text =
    'query ($a: Int!, $b: Int!) { shops(first: $a) { edges { node { goods(first: $b) { edges { node { name } } } } } } }';
  assert.equal(cost(text, { a: 10, b: 10 }), 1 + 10 * (2 + 1 + 10 * 3));
  assert.equal(cost(text, { a: 2, b: 1_000 }), 1 + 2 * (2 + 1 + 1_000 * 3));
  assert.equal(cost('{ a: shop { name } b: shop { name } }'), 4);
});

test('lists without an argument: what @listSize assumes, or ten; lists of lists as often as that', () => {
  assert.equal(cost('{ shop { areas { name } } }'), 1 + 1 + 3);
  assert.equal(cost('{ shop { open { name } } }'), 1 + 1 + 10);
  assert.equal(cost('{ shop { grid { name } } }'), 1 + 1 + 100);
});

test('the arguments and fields that @listSize names', () => {
  assert.equal(cost('{ top(limit: 7) { name } }'), 1 + 7);
  assert.equal(cost('{ top { name } }'), 1 + 100);
  assert.equal(cost('{ sized(first: 5) { total { count } edges { node { name } } } }'), 1 + 2 + (1 + 5 * 2));
  assert.equal(cost('{ shops(last: 2) { edges { node { name } } } }'), 1 + 2 * 3);
});

test('fragments count where they are spread', () => {
  assert.equal(cost('{ shop { ...F ...F } } fragment F on Shop { name }'), 3);
  assert.equal(
    cost(
      'query ($n: Int!) { shop { ...F } } fragment F on Shop { goods(first: $n) { ...E } } fragment E on Shops { edges { node { name } } }',
      { n: 6 },
    ),
    1 + 1 + 6 * 3,
  );
});

test('introspection counts with the length of its lists', () => {
  const types = Object.keys(schema.getTypeMap()).length;
  assert.equal(cost('{ __schema { types { name } } }'), 1 + 1 + types);
  assert.ok(cost(getIntrospectionQuery()) > 10 * types);
});
