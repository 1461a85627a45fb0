import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type QueryPlanSelectionNode, trimSelectionNodes } from '@apollo/query-planner';
import { buildSchema, parse } from 'graphql';
import type { Data } from './data.ts';
import { compileRewrites } from './data-rewrites.ts';
import { compileRepresentations } from './representations.ts';
import { TypeRelations } from './type-relations.ts';

const types = new TypeRelations(
  buildSchema(`
    interface I { id: ID }
    type X implements I { id: ID }
    type Y implements I { id: ID }
    type Z { id: ID }
    type Query { i: I }
  `),
);

function requires(text: string): QueryPlanSelectionNode[] {
  const [operation] = parse(text).definitions;
  assert.ok(operation?.kind === 'OperationDefinition');
  return trimSelectionNodes(operation.selectionSet.selections);
}

const represent = (text: string, entities: readonly Data[]) =>
  compileRepresentations(requires(text), undefined, types)(entities);

const byId = '{ ... on X { __typename id } }';

test('each distinct representation is sent once, in the order of its first entity', () => {
  const entities = ['2', '1', '2', '3', '1'].map((id) => ({ __typename: 'X', id, other: Math.PI }));
  assert.deepStrictEqual(represent(byId, entities), {
    list: ['2', '1', '3'].map((id) => ({ __typename: 'X', id })),
    indexes: [0, 1, 0, 2, 1],
  });
});

test('an id of another type is another id', () => {
  const { indexes } = represent(byId, [
    { __typename: 'X', id: '1' },
    { __typename: 'X', id: 1 },
  ]);
  assert.deepEqual(indexes, [0, 1]);
});

test('no entities, no representations', () => {
  assert.deepStrictEqual(represent(byId, []), { list: [], indexes: [] });
});

const concerned: readonly { what: string; entity: Data; expected: readonly Data[] }[] = [
  { what: 'of another type', entity: { __typename: 'Y', id: '1' }, expected: [] },
  { what: 'without a type name', entity: { id: '1' }, expected: [] },
  { what: 'whose key is missing', entity: { __typename: 'X' }, expected: [] },
  {
    what: 'whose key is null is sent: the subgraph has to decide',
    entity: { __typename: 'X', id: null },
    expected: [{ __typename: 'X', id: null }],
  },
];

for (const { what, entity, expected } of concerned) {
  test(`an entity ${what}${expected.length === 0 ? ' is not concerned' : ''}`, () => {
    const { list, indexes } = represent(byId, [entity]);
    assert.deepStrictEqual(list, expected);
    assert.deepEqual(indexes, [expected.length - 1]);
  });
}

test('a fragment on a supertype fits, several that fit are merged', () => {
  const text =
    '{ ... on I { __typename id } ... on X { __typename size { width } } ... on X { size { height } } }';
  const size = { width: 1, height: 2, depth: 3 };
  const { list } = represent(text, [{ __typename: 'X', id: '1', size }]);
  assert.deepStrictEqual(list, [{ __typename: 'X', id: '1', size: { width: 1, height: 2 } }]);
  assert.equal(Object.keys(size).length, 3);
});

test('a fragment that lacks an input adds nothing, the others still do', () => {
  const text = '{ ... on X { __typename id } ... on X { weight price } }';
  const { list } = represent(text, [{ __typename: 'X', id: '1', price: 5 }]);
  assert.deepStrictEqual(list, [{ __typename: 'X', id: '1' }]);
});

test('required inputs are read through objects, lists and lists of lists; nothing else goes along', () => {
  const text = '{ ... on X { __typename id one { a } many { a } grid { a } tags } }';
  const a = (value: number) => ({ a: value, secret: true });
  const entity = {
    __typename: 'X',
    id: '1',
    one: a(1),
    many: [a(1), null],
    grid: [[a(1), a(2)], [], null],
    tags: [['t'], null],
  };
  const before = structuredClone(entity);
  assert.deepStrictEqual(represent(text, [entity]).list, [
    {
      __typename: 'X',
      id: '1',
      one: { a: 1 },
      many: [{ a: 1 }, null],
      grid: [[{ a: 1 }, { a: 2 }], [], null],
      tags: [['t'], null],
    },
  ]);
  assert.deepStrictEqual(entity, before);
});

test('a nested object that is null is sent as null; one that lacks an input is null too', () => {
  const text = '{ ... on X { __typename id one { a } } }';
  for (const one of [null, { b: 1 }]) {
    const { list } = represent(text, [{ __typename: 'X', id: '1', one }]);
    assert.deepStrictEqual(list, [{ __typename: 'X', id: '1', one: null }]);
  }
});

test('an input is read by its alias', () => {
  const selections = [...requires('{ __typename }'), { kind: 'Field', alias: 'id', name: 'code' } as const];
  const { list } = compileRepresentations(
    selections,
    undefined,
    types,
  )([{ __typename: 'X', id: '1', code: '2' }]);
  assert.deepStrictEqual(list, [{ __typename: 'X', id: '1' }]);
});

test('rewrites change what is sent, not the entity; what they make equal is sent once', () => {
  const entities: Data[] = [
    { __typename: 'X', id: '1' },
    { __typename: 'Y', id: '1' },
    { __typename: 'Z', id: '1' },
  ];
  const rewrite = compileRewrites(
    [{ kind: 'ValueSetter', path: ['... on I', '__typename'], setValueTo: 'I' }],
    types,
  );
  const { list, indexes } = compileRepresentations(
    requires('{ ... on I { __typename id } }'),
    rewrite,
    types,
  )(entities);
  assert.deepStrictEqual(list, [{ __typename: 'I', id: '1' }]);
  assert.deepEqual(indexes, [0, 0, -1]);
  assert.deepEqual(
    entities.map(({ __typename }) => __typename),
    ['X', 'Y', 'Z'],
  );
});
