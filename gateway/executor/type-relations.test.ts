import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { TypeRelations } from './type-relations.ts';

const types = new TypeRelations(
  buildSchema(`
    type Query { all: [All] }
    interface Node { id: ID }
    interface Thing implements Node { id: ID }
    type Chair implements Thing & Node { id: ID }
    type Nail { id: ID }
    union All = Chair | Nail
    enum Colour { RED }
  `),
);

const cases: readonly (readonly [unknown, string, boolean])[] = [
  ['Chair', 'Chair', true],
  ['Chair', 'Thing', true],
  ['Chair', 'Node', true],
  ['Chair', 'All', true],
  ['Nail', 'Thing', false],
  ['Nail', 'Chair', false],
  ['Thing', 'Node', true],
  ['Thing', 'Thing', true],
  ['Node', 'Thing', false],
  ['Thing', 'Chair', false],
  ['Thing', 'All', false],
  ['Colour', 'All', false],
  ['Unknown', 'Thing', false],
  ['Chair', 'Unknown', false],
  ['constructor', 'Thing', false],
  [undefined, 'Thing', false],
  [null, 'Thing', false],
  [{ name: 'Chair' }, 'Thing', false],
];

test('an object is what its type is, implements or is a member of', () => {
  for (const [typename, condition, expected] of cases) {
    assert.equal(types.is(typename, condition), expected, `${JSON.stringify(typename)} is a ${condition}`);
  }
});
