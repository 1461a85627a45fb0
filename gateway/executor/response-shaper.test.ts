import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import { callBy } from '@tiffin/lib/testing/call-by';
import { buildSchema, GraphQLError } from 'graphql';
import { oddSchema } from '../testing/odd-schema.ts';
import { operationOf } from '../testing/operation-of.ts';
import type { Data } from './data.ts';
import { ResponseShaper } from './response-shaper.ts';
import { Run } from './run.ts';
import { TypeRelations } from './type-relations.ts';

/** Counts how often a type condition is looked at: never by a compiled shaper, always by the general path. */
class CountingTypes extends TypeRelations {
  asked = 0;

  override is(typename: unknown, condition: string): boolean {
    this.asked++;
    return super.is(typename, condition);
  }
}

function setUp(text: string) {
  const types = new CountingTypes(oddSchema);
  const bed = { surprises: 0, types };
  const operation = operationOf(text);
  const shaper = new ResponseShaper({
    schema: oddSchema,
    types,
    operation,
    onSurprise: () => bed.surprises++,
  });
  function shape(data: Data, flags: Record<string, boolean> = {}, errors: readonly GraphQLError[] = []) {
    const run = new Run({}, new Map(Object.entries(flags)), callBy(), new OperationScope());
    Object.assign(run.data, data);
    run.addErrors(errors);
    const shaped = shaper.shape(run);
    return { data: shaped, paths: run.errors.map(({ path }) => path) };
  }
  return Object.assign(bed, { shape });
}

test('clean data is no surprise; each response that is one is counted', () => {
  const bed = setUp('{ int shop { name } }');
  assert.deepEqual(bed.shape({ int: 1 }), { data: { int: 1, shop: null }, paths: [] });
  assert.equal(bed.surprises, 0);
  assert.deepEqual(bed.shape({ int: 1, shop: {} }), {
    data: { int: 1, shop: null },
    paths: [['shop', 'name']],
  });
  bed.shape({ int: 'x', shop: {} });
  assert.equal(bed.surprises, 2);
});

test('what a subgraph has told of already is not told again', () => {
  const bed = setUp('{ shop { name } int }');
  const told = new GraphQLError('Told.', { path: ['shop', 'name'] });
  assert.deepEqual(bed.shape({ shop: {} }, {}, [told]).paths, [['shop', 'name']]);
  assert.deepEqual(bed.shape({ shop: {}, int: 'x' }, {}, [told]).paths, [['shop', 'name'], ['int']]);
});

test('two complaints of one response do not explain each other', () => {
  const { paths } = setUp('{ shops { id near { id } } }').shape({ shops: [{ id: true, near: 7 }] });
  assert.deepEqual(paths, [
    ['shops', 0, 'id'],
    ['shops', 0, 'near'],
  ]);
});

test('the first combination of flags is compiled at once, a further one on its second run, and sixteen are kept', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const fields = names.map((name) => `${name}: int @skip(if: $${name})`).join(' ');
  const bed = setUp(`query (${names.map((name) => `$${name}: Boolean!`)}) { ... on Query { ${fields} } }`);
  const data = Object.fromEntries(names.map((name) => [name, 1]));
  const shapeVariant = (variant: number) => {
    const flags = Object.fromEntries(names.map((name, bit) => [name, Boolean(variant & (1 << bit))]));
    const before = bed.types.asked;
    const expected = names.filter((name) => !flags[name]);
    assert.deepEqual(Object.keys(bed.shape(data, flags).data ?? {}), expected);
    return bed.types.asked > before;
  };
  const variants = Array.from({ length: 16 }, (_, variant) => variant);
  assert.ok(
    variants.every(shapeVariant),
    'the first time the first is compiled, the others take the general path',
  );
  assert.deepEqual(
    variants.filter(shapeVariant),
    variants.slice(1),
    'the second time the others are compiled',
  );
  assert.ok(!variants.some(shapeVariant), 'the third time none');
  assert.ok(shapeVariant(16) && shapeVariant(0), 'the seventeenth drives out the one used longest ago');
  assert.ok(!shapeVariant(15));
});

test('an operation too large to be compiled is answered by the general path, which is no surprise', () => {
  const aliases = Array.from({ length: 9_000 }, (_, n) => `alias_that_is_long_on_purpose_${n}: int`);
  const bed = setUp(`{ ${aliases.join(' ')} }`);
  const { data, paths } = bed.shape({ alias_that_is_long_on_purpose_7: 7 });
  assert.equal(Object.keys(data ?? {}).length, 9_000);
  assert.equal(data?.['alias_that_is_long_on_purpose_7'], 7);
  assert.deepEqual([bed.surprises, paths], [0, []]);
});

test('the schema answers introspection, whatever subgraphs sent under its names', () => {
  const { data } = setUp('{ int __type(name: "Colour") { kind } }').shape({ int: 1, __type: { kind: 'X' } });
  assert.deepEqual(JSON.parse(JSON.stringify(data)), { int: 1, __type: { kind: 'ENUM' } });
});

for (const [what, text, expected] of [
  ['a field of an interface without implementations', '{ lone { field } }', true],
  ['a field of one of several types', '{ shape { ... on Circle { radius } } }', true],
  ['fragments that never match', '{ circle { ... on Shape { ... on Square { side } } } }', false],
  ['names of types only', '{ __typename circle { __typename } }', false],
  ['the schema only', '{ __schema { queryType { name } } }', false],
] as const) {
  test(`an operation that asks for ${what} ${expected ? 'needs' : 'needs no'} subgraph`, () => {
    const schema = buildSchema(`
      type Query { lone: Lone shape: Shape circle: Circle }
      interface Lone { field: String }
      interface Shape { id: ID }
      type Circle implements Shape { id: ID radius: Int }
      type Square implements Shape { id: ID side: Int }
    `);
    const operation = operationOf(text);
    const shaper = new ResponseShaper({
      schema,
      types: new TypeRelations(schema),
      operation,
      onSurprise() {},
    });
    assert.equal(shaper.asksForValues(new Run({}, new Map(), callBy(), new OperationScope())), expected);
  });
}
