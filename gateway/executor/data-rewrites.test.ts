import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchDataRewrite } from '@apollo/query-planner';
import { buildSchema } from 'graphql';
import type { Data } from './data.ts';
import { compileRewrites, renamedKeys } from './data-rewrites.ts';
import { TypeRelations } from './type-relations.ts';

const types = new TypeRelations(
  buildSchema('interface I { a: Int } type X implements I { a: Int } type Y { a: Int } type Query { i: I }'),
);

const set = (path: string[], setValueTo: unknown): FetchDataRewrite => ({
  kind: 'ValueSetter',
  path,
  setValueTo,
});
const rename = (path: string[], renameKeyTo: string): FetchDataRewrite => ({
  kind: 'KeyRenamer',
  path,
  renameKeyTo,
});

const cases: readonly { what: string; rewrites: FetchDataRewrite[]; data: Data; expected: Data }[] = [
  {
    what: 'a value is set on objects that a fragment fits',
    rewrites: [set(['... on I', '__typename'], 'I')],
    data: { __typename: 'X' },
    expected: { __typename: 'I' },
  },
  {
    what: 'a value is not set on objects of another type',
    rewrites: [set(['... on I', '__typename'], 'I')],
    data: { __typename: 'Y' },
    expected: { __typename: 'Y' },
  },
  {
    what: 'an object without a type name fits every fragment',
    rewrites: [rename(['... on X', 'a__1'], 'a')],
    data: { a__1: 1 },
    expected: { a: 1 },
  },
  {
    what: 'a key is renamed below keys and fragments',
    rewrites: [rename(['b', '... on X', 'c', 'a__1'], 'a')],
    data: { b: { __typename: 'X', c: { a__1: 1 } } },
    expected: { b: { __typename: 'X', c: { a: 1 } } },
  },
  {
    what: 'a key is renamed in lists and lists of lists, only where the type fits',
    rewrites: [rename(['b', '... on X', 'a__1'], 'a')],
    data: { b: [[{ __typename: 'X', a__1: 1 }, null], [{ __typename: 'Y', a__1: 2 }], null] },
    expected: { b: [[{ __typename: 'X', a: 1 }, null], [{ __typename: 'Y', a__1: 2 }], null] },
  },
  {
    what: 'null is renamed like a value',
    rewrites: [rename(['a__1'], 'a')],
    data: { a__1: null },
    expected: { a: null },
  },
  {
    what: 'a key that is not there takes nothing away from the one that is',
    rewrites: [rename(['a__1'], 'a')],
    data: { a: 1 },
    expected: { a: 1 },
  },
  {
    what: 'rewrites work one after another',
    rewrites: [rename(['a__1'], 'a'), set(['a', 'x'], 2)],
    data: { a__1: { x: 1 } },
    expected: { a: { x: 2 } },
  },
  {
    what: 'what is inherited is not renamed',
    rewrites: [rename(['constructor'], 'a')],
    data: {},
    expected: {},
  },
];

for (const { what, rewrites, data, expected } of cases) {
  test(what, () => {
    compileRewrites(rewrites, types)?.(data);
    assert.deepStrictEqual(data, expected);
  });
}

test('without rewrites there is nothing to run', () => {
  assert.equal(compileRewrites(undefined, types), undefined);
  assert.equal(compileRewrites([], types), undefined);
});

test('internal names lead to those of the client', () => {
  const rewrites = [set(['__typename'], 'I'), rename(['... on X', 'a__1'], 'a'), rename(['b', 'a__2'], 'a')];
  assert.deepEqual(
    [...renamedKeys(rewrites)],
    [
      ['a__1', 'a'],
      ['a__2', 'a'],
    ],
  );
});
