import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oddSchema } from '../testing/odd-schema.ts';
import { compileBothWays } from '../testing/shape-both-ways.ts';
import type { Data } from './data.ts';
import type { ResponsePath } from './response-path.ts';

interface Case {
  readonly what: string;
  readonly text: string;
  readonly data: Data;
  readonly expected: unknown;
  readonly paths: readonly ResponsePath[];
}

const S = { __typename: 'Shop' };

const nulls: readonly Case[] = [
  {
    what: 'a field of the root',
    text: '{ int mustInt }',
    data: { int: 1 },
    expected: null,
    paths: [['mustInt']],
  },
  {
    what: 'a field of a nullable object',
    text: '{ int shop { id name } }',
    data: { int: 1, shop: { id: '1', name: null } },
    expected: { int: 1, shop: null },
    paths: [['shop', 'name']],
  },
  {
    what: 'a field of an object that may not be null',
    text: '{ person { id friend { friend { id } } } }',
    data: { person: { friend: { friend: null } } },
    expected: { person: null },
    paths: [['person', 'friend', 'friend']],
  },
  {
    what: 'an object at the root',
    text: '{ mustShop { id } }',
    data: {},
    expected: null,
    paths: [['mustShop']],
  },
  {
    what: 'an element of a list',
    text: '{ mustInts }',
    data: { mustInts: [1, null, 2] },
    expected: { mustInts: null },
    paths: [['mustInts', 1]],
  },
  {
    what: 'an element of a list that may not be null',
    text: '{ allInts }',
    data: { allInts: [null] },
    expected: null,
    paths: [['allInts', 0]],
  },
  {
    what: 'a list',
    text: '{ shop { goods { id } } }',
    data: { shop: {} },
    expected: { shop: null },
    paths: [['shop', 'goods']],
  },
  {
    what: 'an inner list',
    text: '{ grid }',
    data: { grid: [[1], null] },
    expected: { grid: null },
    paths: [['grid', 1]],
  },
  {
    what: 'an element of an inner list; each of them is told',
    text: '{ grid int }',
    data: { int: 1, grid: [[1, null], [null]] },
    expected: { grid: null, int: 1 },
    paths: [
      ['grid', 0, 1],
      ['grid', 1, 0],
    ],
  },
  {
    what: 'an element of an inner list, up to the root',
    text: '{ mustGrid }',
    data: { mustGrid: [[null]] },
    expected: null,
    paths: [['mustGrid', 0, 0]],
  },
  {
    what: 'a field of an element that may be null: its siblings live',
    text: '{ shops { name } }',
    data: { shops: [{ name: 'A' }, {}, { name: 'C' }] },
    expected: { shops: [{ name: 'A' }, null, { name: 'C' }] },
    paths: [['shops', 1, 'name']],
  },
  {
    what: 'a field of an element that may not be null: the list goes',
    text: '{ shop { id goods { price } } mustShops { owner { id } } }',
    data: { shop: { goods: [{ price: 1 }, { price: null }] }, mustShops: [{ owner: {} }, {}] },
    expected: { shop: null, mustShops: null },
    paths: [
      ['shop', 'goods', 1, 'price'],
      ['mustShops', 1, 'owner'],
    ],
  },
  {
    what: 'what is inherited is null too',
    text: '{ constructor: mustAnything }',
    data: {},
    expected: null,
    paths: [['constructor']],
  },
];

const invalidLeaves: readonly (readonly [string, readonly unknown[]])[] = [
  ['int', [2 ** 31, -(2 ** 31) - 1, 1.5, '1', true, Number.NaN, [1], {}]],
  ['float', [Number.NaN, Number.POSITIVE_INFINITY, '1.5', true, [1.5]]],
  ['string', [1, true, {}, ['a']]],
  ['boolean', [0, 'true', {}]],
  ['id', [1.5, true, {}, ['1']]],
  ['colour', ['BLUE', 'red', 'constructor', '__proto__', 1, {}]],
];

const shapes: readonly Case[] = [
  {
    what: 'an object instead of a list',
    text: '{ shops { id } }',
    data: { shops: { id: '1' } },
    expected: { shops: null },
    paths: [['shops']],
  },
  {
    what: 'a leaf instead of a list',
    text: '{ ints }',
    data: { ints: 1 },
    expected: { ints: null },
    paths: [['ints']],
  },
  {
    what: 'a list instead of an object',
    text: '{ shop { id } }',
    data: { shop: [{ id: '1' }] },
    expected: { shop: null },
    paths: [['shop']],
  },
  {
    what: 'a list instead of an object of an abstract type',
    text: '{ node { id } }',
    data: { node: [S] },
    expected: { node: null },
    paths: [['node']],
  },
  {
    what: 'a leaf instead of an object',
    text: '{ shop { id } node { id } }',
    data: { shop: 'x', node: 0 },
    expected: { shop: null, node: null },
    paths: [['shop'], ['node']],
  },
  {
    what: 'a leaf too deep in lists, and not deep enough',
    text: '{ ints grid }',
    data: { ints: [[1]], grid: [1] },
    expected: { ints: [null], grid: null },
    paths: [
      ['ints', 0],
      ['grid', 0],
    ],
  },
  {
    what: 'a leaf that is none where there must be one',
    text: '{ shop { goods { name price } } }',
    data: { shop: { goods: [{ name: 'G', price: 'x' }] } },
    expected: { shop: null },
    paths: [['shop', 'goods', 0, 'price']],
  },
  {
    what: 'a value of an enum that clients do not see',
    text: '{ shop { goods { colours } } }',
    data: { shop: { goods: [{ colours: ['RED', 'SECRET'] }] } },
    expected: { shop: { goods: [{ colours: null }] } },
    paths: [['shop', 'goods', 0, 'colours', 1]],
  },
  {
    what: 'a type that clients do not know',
    text: '{ node { id } }',
    data: { node: { __typename: 'Secret', id: '1' } },
    expected: { node: null },
    paths: [['node']],
  },
  {
    what: 'a type that is no member',
    text: '{ found { __typename } }',
    data: { found: { __typename: 'Good' } },
    expected: { found: null },
    paths: [['found']],
  },
  {
    what: 'a type name that is no text',
    text: '{ node { id } }',
    data: { node: { __typename: { x: 1 } } },
    expected: { node: null },
    paths: [['node']],
  },
  {
    what: 'an object of a union without a type name',
    text: '{ found { ... on Shop { id } } }',
    data: { found: { id: '1' } },
    expected: { found: null },
    paths: [['found']],
  },
  {
    what: 'an object of a union that bears the name of the union',
    text: '{ founds { ... on Shop { id } } }',
    data: { founds: [{ __typename: 'Found', id: '1' }] },
    expected: { founds: null },
    paths: [['founds', 0]],
  },
  {
    what: 'an interface object whose type is asked for',
    text: '{ named { name t: __typename } }',
    data: { named: { __typename: 'Named', name: 'N' } },
    expected: { named: null },
    paths: [['named', 't']],
  },
  {
    what: 'an object of an interface without a type name, whose type is asked for',
    text: '{ node { __typename } }',
    data: { node: { id: '1' } },
    expected: { node: null },
    paths: [['node', '__typename']],
  },
  {
    what: 'an object of an interface without a type name is an interface object',
    text: '{ node { id } }',
    data: { node: { id: '1' } },
    expected: { node: { id: '1' } },
    paths: [],
  },
  {
    what: 'an interface object of a sub-interface',
    text: '{ node { id ... on Named { name } ... on Shop { near { id } } } }',
    data: { node: { __typename: 'Named', id: '1', name: 'N' } },
    expected: { node: { id: '1', name: 'N' } },
    paths: [],
  },
  {
    what: 'holes in a list',
    text: '{ ints mustInts }',
    data: { ints: new Array(1), mustInts: new Array(1) },
    expected: { ints: [null], mustInts: null },
    paths: [['mustInts', 0]],
  },
];

function check({ text, data, expected, paths }: Case): void {
  const { shaped, completed, errors } = compileBothWays(oddSchema, text)(data);
  assert.equal(shaped, undefined, 'The shaper took the data for clean.');
  assert.deepEqual(JSON.parse(completed), expected);
  assert.deepEqual(
    errors.map(({ path }) => path),
    paths,
  );
  assert.ok(errors.every(({ extensions }) => extensions['code'] === 'INVALID_GRAPHQL'));
}

for (const each of nulls) test(`a null that may not be one: ${each.what}`, () => check(each));

for (const [field, values] of invalidLeaves) {
  for (const value of values) {
    test(`${Number.isNaN(value) ? 'NaN' : JSON.stringify(value)} is no value of ${field}`, () =>
      check({
        what: '',
        text: `{ x: ${field} }`,
        data: { x: value },
        expected: { x: null },
        paths: [['x']],
      }));
  }
}

for (const each of shapes) test(`data of another shape: ${each.what}`, () => check(each));

test('the name of a hidden type or value is not told', () => {
  const run = compileBothWays(oddSchema, '{ node { id } colour }');
  const { errors } = run({ node: { __typename: 'Secret' }, colour: 'SECRET' });
  assert.equal(errors.length, 2);
  assert.doesNotMatch(errors.map(({ message }) => message).join(), /secret/i);
});

test('more than a thousand errors are not told, but still null what they must', () => {
  const { completed, errors } = compileBothWays(
    oddSchema,
    '{ ints mustInts }',
  )({
    ints: new Array(5_000).fill('x'),
    mustInts: ['x'],
  });
  assert.equal(errors.length, 1_000);
  assert.equal(JSON.parse(completed).ints.length, 5_000);
  assert.equal(JSON.parse(completed).mustInts, null);
});
