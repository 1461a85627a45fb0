import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Variables } from '../executor.ts';
import { oddSchema } from '../testing/odd-schema.ts';
import { operationOf } from '../testing/operation-of.ts';
import { compileBothWays } from '../testing/shape-both-ways.ts';
import { FieldCollector } from './collect-fields.ts';
import { compileShaper } from './compile-shaper.ts';
import type { Data } from './data.ts';
import { TypeRelations } from './type-relations.ts';

interface Case {
  readonly what: string;
  readonly text: string;
  readonly variables?: Variables;
  /** As JSON, so that keys like __proto__ are keys. */
  readonly data: string;
  readonly expected: string;
}

const cases: readonly Case[] = [
  {
    what: 'values of each built-in type pass as they are',
    text: '{ int float string boolean id colour }',
    data: '{"int":-2147483648,"float":1.5e+300,"string":"","boolean":false,"id":"1","colour":"RED"}',
    expected: '{"int":-2147483648,"float":1.5e+300,"string":"","boolean":false,"id":"1","colour":"RED"}',
  },
  {
    what: 'an integer is a Float and an ID too',
    text: '{ float id }',
    data: '{"float":3,"id":7}',
    expected: '{"float":3,"id":7}',
  },
  {
    what: 'a custom scalar may be anything',
    text: '{ a: anything b: anything c: anything d: anything mustAnything }',
    data: '{"a":{"x":[1]},"b":[null],"c":0,"d":null,"mustAnything":false}',
    expected: '{"a":{"x":[1]},"b":[null],"c":0,"d":null,"mustAnything":false}',
  },
  {
    what: 'keys come in the order of the text, whatever the order of the data; what nobody asked for is left out',
    text: '{ string x: int shop { name id } }',
    data: '{"secret":1,"shop":{"__typename":"Shop","id":"1","name":"S"},"x":1,"string":"s"}',
    expected: '{"string":"s","x":1,"shop":{"name":"S","id":"1"}}',
  },
  {
    what: 'what is missing is null where it may be',
    text: '{ int shop { id } ints }',
    data: '{}',
    expected: '{"int":null,"shop":null,"ints":null}',
  },
  {
    what: 'lists, lists of lists, empty lists and nulls in them',
    text: '{ ints grid shops { id } b: ints }',
    data: '{"ints":[1,null],"grid":[[1],[]],"shops":[null,{"id":"1"}],"b":[]}',
    expected: '{"ints":[1,null],"grid":[[1],[]],"shops":[null,{"id":"1"}],"b":[]}',
  },
  {
    what: 'objects of abstract types by their type names',
    text: '{ nodes { id ... on Named { name } ... on Person { age } } founds { __typename ... on Shop { name } ... on Node { id } } }',
    data: `{"nodes":[{"__typename":"Person","id":"1","age":3},{"__typename":"Good","id":"2","name":"G"},null],
      "founds":[{"__typename":"Shop","name":"S","id":"3"},{"__typename":"Person","id":"4"}]}`,
    expected:
      '{"nodes":[{"id":"1","age":3},{"id":"2","name":"G"},null],"founds":[{"__typename":"Shop","name":"S","id":"3"},{"__typename":"Person","id":"4"}]}',
  },
  {
    what: 'an interface object, which bears the name of the interface',
    text: '{ named { name ... on Node { id } ... on Shop { near { id } } } }',
    data: '{"named":{"__typename":"Named","name":"N","id":"1","near":[]}}',
    expected: '{"named":{"name":"N","id":"1"}}',
  },
  {
    what: 'the type name of an object of a known type is that of the schema',
    text: '{ __typename q: __typename shop { t: __typename __typename } }',
    data: '{"shop":{"__typename":"Anything"}}',
    expected: '{"__typename":"Query","q":"Query","shop":{"t":"Shop","__typename":"Shop"}}',
  },
  {
    what: 'aliases that objects inherit, with values',
    text: '{ constructor: int __proto__: string toString: boolean hasOwnProperty: shop { __proto__: id constructor: name } }',
    data: '{"constructor":1,"__proto__":"p","toString":true,"hasOwnProperty":{"__proto__":"1","constructor":"S"}}',
    expected:
      '{"constructor":1,"__proto__":"p","toString":true,"hasOwnProperty":{"__proto__":"1","constructor":"S"}}',
  },
  {
    what: 'aliases that objects inherit, without values',
    text: '{ constructor: int __proto__: anything toString: anything hasOwnProperty: shop { id } valueOf: __typename }',
    data: '{}',
    expected: '{"constructor":null,"__proto__":null,"toString":null,"hasOwnProperty":null,"valueOf":"Query"}',
  },
  {
    what: 'introspection between other fields, under aliases too',
    text: '{ int __type(name: "Colour") { name } __proto__: __schema { queryType { name } } constructor: __type(name: "No") { name } id }',
    data: '{"int":1,"id":"1","__type":{"name":"a subgraph\'s"}}',
    expected:
      '{"int":1,"__type":{"name":"Colour"},"__proto__":{"queryType":{"name":"Query"}},"constructor":null,"id":"1"}',
  },
  {
    what: '@skip and @include by variable',
    text: `query ($a: Boolean!, $b: Boolean = false) {
      int @include(if: $a) string @skip(if: $a) ... @include(if: $b) { id } shop @skip(if: $b) { id @include(if: $a) name @skip(if: $a) }
      __type(name: "Shop") @skip(if: $a) { name }
    }`,
    variables: { a: true },
    data: '{"int":1,"string":"s","id":"1","shop":{"id":"1","name":"S"}}',
    expected: '{"int":1,"shop":{"id":"1"}}',
  },
  {
    what: 'selections of one key at several places are one object',
    text: '{ shop { id } ...F ... on Query { shop { near { id } } } } fragment F on Query { shop { near { name } } }',
    data: '{"shop":{"id":"1","near":[{"name":"S","id":"2"}]}}',
    expected: '{"shop":{"id":"1","near":[{"name":"S","id":"2"}]}}',
  },
];

/** The data as a subgraph in this process may send it: objects without a prototype. */
const bare = (json: string): Data =>
  JSON.parse(json, (_key, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.create(null, Object.getOwnPropertyDescriptors(value))
      : value,
  );

for (const { what, text, variables, data, expected } of cases) {
  test(`${what}: the same from the shaper and the general path`, () => {
    const run = compileBothWays(oddSchema, text, variables);
    for (const input of [JSON.parse(data) as Data, bare(data)]) {
      const { shaped, completed, errors } = run(input);
      assert.equal(completed, expected);
      assert.equal(shaped, expected);
      assert.deepEqual(errors, []);
    }
  });
}

test('the same selections of a type share a function: sources grow with the text, not with its paths', () => {
  const lengthOf = (depth: number) => {
    const nodes = Array.from(
      { length: depth },
      (_, n) => `fragment F${n} on Shop { a: near { ...F${n + 1} } b: near { ...F${n + 1} } }`,
    );
    const { document, node } = operationOf(
      `{ shop { ...F0 } } ${nodes.join(' ')} fragment F${depth} on Shop { id }`,
    );
    const fields = new FieldCollector(oddSchema, new TypeRelations(oddSchema), document, new Map());
    return compileShaper(oddSchema, fields, 'Query', node.selectionSet)?.length ?? 0;
  };
  assert.ok(lengthOf(4) > 0);
  assert.ok(lengthOf(8) < lengthOf(4) * 40, `${lengthOf(4)} → ${lengthOf(8)}`);
});

test('an operation that needs too much source gets no shaper', () => {
  const aliases = Array.from({ length: 9_000 }, (_, n) => `alias_that_is_long_on_purpose_${n}: int`).join(
    ' ',
  );
  const { document, node } = operationOf(`{ ${aliases} }`);
  const fields = new FieldCollector(oddSchema, new TypeRelations(oddSchema), document, new Map());
  assert.equal(compileShaper(oddSchema, fields, 'Query', node.selectionSet), undefined);
});
