import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trimSelectionNodes } from '@apollo/query-planner';
import { OperationTypeNode } from 'graphql';
import { operationOf } from '../testing/operation-of.ts';
import { askedLength, fetchedKeys } from './fetched-keys.ts';

interface Case {
  readonly what: string;
  readonly client: string;
  readonly path?: readonly string[];
  /** What the fetch asks for; of entities where it has a path. */
  readonly fetch: string;
  /** Internal name → the client's. */
  readonly renamed?: Readonly<Record<string, string>>;
  readonly expected: readonly string[];
}

const flags = new Map([
  ['yes', true],
  ['no', false],
]);

const cases: readonly Case[] = [
  { what: 'root fields by their aliases', client: '{ a x: a b }', fetch: '{ x: a b }', expected: ['x', 'b'] },
  {
    what: 'fields of entities, below lists and aliases',
    client: '{ top: list { item { name n: name } } }',
    path: ['top', '@', 'item'],
    fetch: '{ ... on Item { name n: name } }',
    expected: ['name', 'n'],
  },
  {
    what: 'not what only other fetches need',
    client: '{ list { price } }',
    path: ['list', '@'],
    fetch: '{ __typename ... on Item { id price weight } }',
    expected: ['price'],
  },
  {
    what: 'what stands in fragments of either side',
    client: '{ list { ...F ... on A { a } } } fragment F on Item { ... on B { b } } ',
    path: ['list', '@'],
    fetch: '{ ...G } fragment G on _Entity { ... on A { a } ... on B { b } }',
    expected: ['a', 'b'],
  },
  {
    what: 'internal names by those of the client, each once',
    client: '{ list { ... on A { size } ... on B { size } } }',
    path: ['list', '@'],
    fetch: '{ ... on A { size } ... on B { size__1: size } ... on C { size__2: size } }',
    renamed: { size__1: 'size', size__2: 'size' },
    expected: ['size'],
  },
  {
    what: 'not what the request skips, in fields, fragments and spreads, of either side',
    client: `{ list @include(if: $yes) { a b @skip(if: $yes) ... @include(if: $no) { c } ...F @skip(if: true) e @skip(if: $no) g } }
      fragment F on Item { d }`,
    path: ['list', '@'],
    fetch: '{ ... on Item { a b c d e g @skip(if: $yes) } }',
    expected: ['a', 'e'],
  },
  {
    what: 'nothing where the client asks for nothing of it',
    client: '{ list { id } }',
    path: ['list', '@'],
    fetch: '{ ... on Item { weight } }',
    expected: [],
  },
  {
    what: 'what stands under one name at several places of the text',
    client: '{ list { a { x } } ... { list { a { y } } } }',
    path: ['list', '@', 'a'],
    fetch: '{ ... on Item { x y z } }',
    expected: ['x', 'y'],
  },
];

for (const { what, client, path = [], fetch, renamed = {}, expected } of cases) {
  test(what, () => {
    const [selections, fragments = ''] = fetch.split(' fragment ');
    const isRoot = path.length === 0;
    const operation = isRoot ? fetch : `{ _entities(representations: []) ${selections} }`;
    const node = {
      kind: 'Fetch' as const,
      serviceName: 's',
      operation: fragments && !isRoot ? `${operation} fragment ${fragments}` : operation,
      operationName: undefined,
      operationKind: OperationTypeNode.QUERY,
      ...(!isRoot && { requires: trimSelectionNodes([]) }),
      outputRewrites: Object.entries(renamed).map(([internal, renameKeyTo]) => ({
        kind: 'KeyRenamer' as const,
        path: ['... on B', internal],
        renameKeyTo,
      })),
    };
    assert.deepEqual(fetchedKeys(node, path, operationOf(client), flags).sort(), [...expected].sort());
  });
}

test('how far along a path the client asks for what is there', () => {
  const client = operationOf(
    'query ($no: Boolean!) { goods { box @skip(if: $no) { id } ... on Goods { name } } }',
  );
  const lengthOf = (path: string[], no: boolean) => askedLength(path, client, new Map([['no', no]]));
  assert.equal(lengthOf(['goods', '@', 'box'], false), 3);
  assert.equal(lengthOf(['goods', '@', 'box'], true), 2);
  assert.equal(lengthOf(['other'], false), 0);
});
