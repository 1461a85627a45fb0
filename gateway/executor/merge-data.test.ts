import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import type { Data } from './data.ts';
import { mergeData } from './merge-data.ts';
import { TypeRelations } from './type-relations.ts';

const types = new TypeRelations(
  buildSchema('interface Media { id: ID } type Film implements Media { id: ID } type Query { media: Media }'),
);

const cases: readonly { what: string; target: Data; source: Data; expected: Data }[] = [
  {
    what: 'objects are merged at any depth',
    target: { a: { b: { c: 1 } } },
    source: { a: { b: { d: 2 }, e: 3 } },
    expected: { a: { b: { c: 1, d: 2 }, e: 3 } },
  },
  {
    what: 'lists of the same length are merged element by element',
    target: { list: [{ a: 1 }, { a: 2 }] },
    source: { list: [{ b: 1 }, { b: 2 }] },
    expected: {
      list: [
        { a: 1, b: 1 },
        { a: 2, b: 2 },
      ],
    },
  },
  {
    what: 'lists of lists are merged at each level',
    target: { list: [[{ a: 1 }], [{ a: 2 }, { a: 3 }]] },
    source: { list: [[{ b: 1 }], [{ b: 2 }, null]] },
    expected: { list: [[{ a: 1, b: 1 }], [{ a: 2, b: 2 }, null]] },
  },
  {
    what: 'a list of another length replaces the one that is there',
    target: { list: [{ a: 1 }, { a: 2 }] },
    source: { list: [{ b: 1 }] },
    expected: { list: [{ b: 1 }] },
  },
  {
    what: 'an object does not merge with a list, either way round',
    target: { a: [1], b: { c: 1 } },
    source: { a: { c: 1 }, b: [1] },
    expected: { a: { c: 1 }, b: [1] },
  },
  {
    what: 'null replaces a value, and a value null',
    target: { a: { b: 1 }, c: null },
    source: { a: null, c: { b: 1 } },
    expected: { a: null, c: { b: 1 } },
  },
  {
    what: 'the name of an interface does not replace that of a type, anything else does',
    target: { a: [{ __typename: 'Film' }], b: { __typename: 'Media' }, c: { __typename: 'Film' }, d: {} },
    source: {
      a: [{ __typename: 'Media', id: 1 }],
      b: { __typename: 'Film' },
      c: { __typename: 'Song' },
      d: { __typename: 'Media' },
    },
    expected: {
      a: [{ __typename: 'Film', id: 1 }],
      b: { __typename: 'Film' },
      c: { __typename: 'Song' },
      d: { __typename: 'Media' },
    },
  },
  {
    what: 'undefined keeps what is there and adds no key',
    target: { a: 1 },
    source: { a: undefined, b: undefined },
    expected: { a: 1 },
  },
];

for (const { what, target, source, expected } of cases) {
  test(what, () => {
    mergeData(target, source, types);
    assert.deepStrictEqual(target, expected);
  });
}

test('keys that every object inherits are keys as any other; no prototype changes', () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  const target: Data = {};
  const hostile = '{"__proto__":{"a":1},"constructor":{"prototype":{"a":1}},"toString":{"a":1}}';
  mergeData(target, JSON.parse(hostile), types);
  mergeData(target, JSON.parse('{"__proto__":{"b":2},"constructor":{"b":2}}'), types);
  const expected = '{"__proto__":{"a":1,"b":2},"constructor":{"prototype":{"a":1},"b":2},"toString":{"a":1}}';
  assert.equal(JSON.stringify(target), expected);
  assert.equal(Object.getPrototypeOf(target), Object.prototype);
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
  assert.equal(Object.prototype.toString.call({}), '[object Object]');
});

test('an object that stands at several places may get the same answer at each', () => {
  const shared: Data = { id: '1' };
  const target = { list: [shared, shared] };
  const answer: Data = { tags: ['x'] };
  for (const entity of target.list) mergeData(entity, answer, types);
  assert.deepStrictEqual(target, {
    list: [
      { id: '1', tags: ['x'] },
      { id: '1', tags: ['x'] },
    ],
  });
});
