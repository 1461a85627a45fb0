import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import { operationSize } from './operation-size.ts';

const schema = buildSchema(`
  type Query { shops(first: Int! = 20): Shops shop: Shop }
  type Shops { edges: [Edge!]! }
  type Edge { node: Shop! }
  type Shop { name: String! goods(first: Int! = 20): Shops }
`);
const size = (text: string, variables = {}) => operationSize(parse(text), schema, variables);

test('a page counts as often as it has items: as given, by default, by its variable, or a hundred', () => {
  assert.equal(size('{ shop { name } }'), 2);
  assert.equal(size('{ shops(first: 3) { edges { node { name } } } }'), 1 + 3 * 3);
  assert.equal(size('{ shops { edges { node { name } } } }'), 1 + 20 * 3);
  const byVariable = 'query ($n: Int!) { shops(first: $n) { edges { node { name } } } }';
  assert.equal(size(byVariable), 1 + 100 * 3);
  assert.equal(size(byVariable, { n: 7 }), 1 + 7 * 3);
});

test('pages within pages multiply, aliases add up', () => {
  const nested = size(
    '{ shops(first: 10) { edges { node { goods(first: 10) { edges { node { name } } } } } } }',
  );
  assert.equal(nested, 1 + 10 * (2 + 1 + 10 * 3));
  assert.equal(size('{ a: shop { name } b: shop { name } }'), 4);
});

test('fragments count where they are spread, in linear time', () => {
  assert.equal(size('{ shop { ...F ...F } } fragment F on Shop { name }'), 3);
  const doubling = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on Shop { ...F${n + 1} ...F${n + 1} }`,
  );
  assert.ok(size(`{ shop { ...F0 } } ${doubling.join(' ')} fragment F60 on Shop { name }`) > 2 ** 59);
});

test('the largest operation of a document counts', () => {
  assert.equal(size('query A { shop { name } } query B { shops(first: 5) { edges { node { name } } } }'), 16);
});

test('introspection counts with the length of its lists', () => {
  const sizeOfText = (text: string) => operationSize(parse(text), schema, {});
  const types = Object.keys(schema.getTypeMap()).length;
  assert.equal(sizeOfText('{ __schema { types { name } } }'), 1 + 1 + types);
  const standard = sizeOfText(getIntrospectionQuery());
  assert.ok(standard > 10 * types);
  const many = Array.from({ length: 100 }, (_, n) => `a${n}: __schema { types { fields { name } } }`);
  assert.ok(sizeOfText(`{ ${many.join(' ')} }`) > 100 * types);
});
