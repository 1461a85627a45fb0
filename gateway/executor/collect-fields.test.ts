import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { operationOf } from '../testing/operation-of.ts';
import { FieldCollector } from './collect-fields.ts';
import { TypeRelations } from './type-relations.ts';

const schema = buildSchema(`
  interface Node { id: ID }
  interface Thing implements Node { id: ID name: String part: Part }
  type Chair implements Thing & Node { id: ID name: String part: Part legs: Int }
  type Nail implements Node { id: ID length: Int }
  type Part { a: Int b: Int }
  union Any = Chair | Nail
  type Query { thing: Thing any: Any }
`);

/** `key:name` of each field, and what stands below those that have something below. */
function collect(selections: string, typename = 'Chair', flags: Record<string, boolean> = {}): string[] {
  const { document, node } = operationOf(selections);
  const map = new Map(Object.entries(flags));
  const fields = new FieldCollector(schema, new TypeRelations(schema), document, map);
  const shown = (type: string, sets: readonly (typeof node.selectionSet)[]): string[] =>
    fields.collect(type, sets).map(({ key, name, type: fieldType, selectionSets }) => {
      const below =
        selectionSets.length > 0 ? ` { ${shown(String(fieldType), selectionSets).join(' ')} }` : '';
      return `${key}:${name}${below}`;
    });
  return shown(typename, [node.selectionSet]);
}

const cases: readonly { what: string; text: string; typename?: string; expected: readonly string[] }[] = [
  {
    what: 'fields come in the order of the text, aliases are their keys',
    text: '{ name x: id legs __typename y: __typename }',
    expected: ['name:name', 'x:id', 'legs:legs', '__typename:__typename', 'y:__typename'],
  },
  {
    what: 'occurrences of one key are merged at the place of the first, with all that is asked below',
    text: '{ part { a } name ... { part { b } } part { a x: a } }',
    expected: ['part:part { a:a b:b x:a }', 'name:name'],
  },
  {
    what: 'fragments on the type, its interfaces and its unions fit',
    text: '{ ... on Chair { legs } ... on Thing { name } ... on Node { id } ... on Any { __typename } ... { x: id } }',
    expected: ['legs:legs', 'name:name', 'id:id', '__typename:__typename', 'x:id'],
  },
  {
    what: 'a fragment on the type inside one on a supertype fits',
    text: '{ ... on Node { ... on Any { ... on Chair { legs } } } }',
    expected: ['legs:legs'],
  },
  {
    what: 'fragments on other types do not fit, nor what stands in them',
    text: '{ ... on Nail { length ... on Node { id } } name }',
    expected: ['name:name'],
  },
  {
    what: 'a fragment spread twice counts once, at the place of the first',
    text: '{ ...F name ...F } fragment F on Node { id ...G } fragment G on Chair { legs }',
    expected: ['id:id', 'legs:legs', 'name:name'],
  },
  {
    what: 'an object that bears the name of an interface has the fields of the interface',
    text: '{ id name ... on Node { x: id } ... on Chair { legs } }',
    typename: 'Thing',
    expected: ['id:id', 'name:name', 'x:id'],
  },
  {
    what: 'a field that the type does not have for clients is not asked for',
    text: '{ id legs }',
    typename: 'Nail',
    expected: ['id:id'],
  },
  {
    what: 'keys may be names that objects inherit',
    text: '{ constructor: id __proto__: name toString: legs hasOwnProperty: __typename }',
    expected: ['constructor:id', '__proto__:name', 'toString:legs', 'hasOwnProperty:__typename'],
  },
];

for (const { what, text, typename, expected } of cases) {
  test(what, () => assert.deepEqual(collect(text, typename), expected));
}

test('@skip and @include decide on fields, inline fragments and spreads', () => {
  const text = `{
    a: id @skip(if: $yes) b: id @skip(if: $no) c: id @include(if: $yes) d: id @include(if: $no)
    ... @skip(if: $yes) { e: id } ... @include(if: $yes) { f: id }
    ...G @include(if: $no) ...H @skip(if: $no)
  } fragment G on Chair { g: id } fragment H on Chair { h: id }`;
  assert.deepEqual(collect(text, 'Chair', { yes: true, no: false }), ['b:id', 'c:id', 'f:id', 'h:id']);
});

test('@skip and @include take literals; together both must let pass, in any order', () => {
  assert.deepEqual(collect('{ a: id @skip(if: true) b: id @skip(if: false) c: id @include(if: false) }'), [
    'b:id',
  ]);
  for (const [skip, include] of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ]) {
    const expected = !skip && include ? ['id:id'] : [];
    assert.deepEqual(collect(`{ id @skip(if: ${skip}) @include(if: ${include}) }`), expected);
    assert.deepEqual(collect(`{ id @include(if: ${include}) @skip(if: ${skip}) }`), expected);
  }
});

test('a fragment spread at many places of one object is walked once', () => {
  const { document, node } = operationOf('{ ...F ... { ...F } ...F } fragment F on Node { id }');
  const fields = new FieldCollector(schema, new TypeRelations(schema), document, new Map());
  assert.deepEqual(
    fields.collect('Chair', [node.selectionSet]).map(({ nodes }) => nodes.length),
    [1],
  );
});

test('a spread that is skipped does not stand for the one after it', () => {
  const text = '{ ...F @skip(if: true) name ...F } fragment F on Chair { id }';
  assert.deepEqual(collect(text), ['name:name', 'id:id']);
});

test('an occurrence that is skipped takes neither place nor selections', () => {
  const text = '{ part @skip(if: true) { a } name part { b } }';
  assert.deepEqual(collect(text), ['name:name', 'part:part { b:b }']);
});
