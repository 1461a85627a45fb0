import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanNode } from '@apollo/query-planner';
import type { FakeAnswer } from '../testing/fake-subgraph.ts';
import { createPlanBed, fetchEntities, fetchRoot, flatten, sequence } from '../testing/plan-bed.ts';
import type { Data } from './data.ts';

const byId = '{ ... on Author { __typename id } }';
const text = '{ books { author { name b: born } } }';
const plan = sequence(
  fetchRoot('books', '{ books { author { __typename id } } }'),
  flatten('books.@.author', fetchEntities('authors', byId, '{ ... on Author { name b: born } }')),
);

const booksBy = (...ids: (string | null)[]) => ({
  data: { books: ids.map((id) => ({ author: { __typename: 'Author', ...(id !== null && { id }) } })) },
});

async function runEntities(ids: (string | null)[], authors: FakeAnswer, node: PlanNode = plan) {
  const bed = await createPlanBed(text, node, { books: () => booksBy(...ids), authors });
  const { data, errors = [] } = await bed.run();
  const found = data?.['books'] as { author: Data }[];
  return { authors: found.map(({ author }) => author), errors, requests: bed.subgraph('authors').requests };
}

test('each representation is sent once, its answer stands at each of its places', async () => {
  const { authors, requests } = await runEntities(['2', '1', '2'], () => ({
    data: { _entities: [{ name: 'Two' }, { name: 'One', b: 1 }] },
  }));
  assert.deepEqual(
    requests.map(({ variables }) => variables),
    [{ representations: ['2', '1'].map((id) => ({ __typename: 'Author', id })) }],
  );
  assert.deepEqual(authors, [
    { name: 'Two', b: null },
    { name: 'One', b: 1 },
    { name: 'Two', b: null },
  ]);
});

test('without representations nothing is sent', async () => {
  for (const ids of [[], [null, null]]) {
    const { requests, errors } = await runEntities(ids, () => assert.fail('It was asked.'));
    assert.deepEqual([requests.length, errors.length], [0, 0]);
  }
});

test('an entity that is not concerned does not shift the answers of the others, nor their errors', async () => {
  const { authors, errors } = await runEntities(['1', null, '2'], () => ({
    data: { _entities: [{ name: 'One' }, { name: null }] },
    errors: [{ message: 'Oh.', path: ['_entities', 1, 'name'] }],
  }));
  assert.deepEqual(
    authors.map(({ name }) => name),
    ['One', null, null],
  );
  assert.deepEqual(
    errors.map(({ path }) => path),
    [['books', 2, 'author', 'name']],
  );
});

test('a failed fetch is told only where it would have brought something', async () => {
  const { errors } = await runEntities([null, '1'], () => ({ errors: [{ message: 'Down.' }] }));
  assert.deepEqual(
    errors.map(({ path }) => path?.[1]),
    [1, 1],
  );
});

test('the type of an object stays, whatever interface a later fetch says it is of', async () => {
  const withType = sequence(
    fetchRoot('books', '{ books { author { __typename id } } }'),
    flatten('books.@.author', fetchEntities('authors', byId, '{ __typename ... on Author { name } }')),
    flatten('books.@.author', fetchEntities('authors', byId, '{ ... on Author { b: born } }')),
  );
  const answers = [{ __typename: 'Person', name: 'One' }, { b: 1 }];
  const answer = () => ({ data: { _entities: [answers.shift()] } });
  const { authors } = await runEntities(['1'], answer, withType);
  assert.deepEqual(authors, [{ name: 'One', b: 1 }]);
});

test('an error of a representation stands at each of its places', async () => {
  const { errors } = await runEntities(['1', '2', '1'], () => ({
    data: { _entities: [null, { name: 'Two' }] },
    errors: [{ message: 'Oh.', path: ['_entities', 0], extensions: { code: 'NOT_FOUND', id: '1' } }],
  }));
  assert.deepEqual(
    errors.map(({ path }) => path),
    [
      ['books', 0, 'author'],
      ['books', 2, 'author'],
    ],
  );
  const extensions = { code: 'NOT_FOUND', id: '1', serviceName: 'authors' };
  assert.deepEqual(
    errors.map((error) => error.extensions),
    [extensions, extensions],
  );
});

const malformed: readonly (readonly [string, unknown, RegExp])[] = [
  ['no data and no errors', {}, /to be an array/],
  ['null as data', { data: null }, /to be an array/],
  ['data without entities', { data: {} }, /to be an array/],
  ['entities that are no list', { data: { _entities: 'none' } }, /to be an array/],
  ['too few entities', { data: { _entities: [] } }, /to contain 1 elements/],
  ['too many entities', { data: { _entities: [{ name: 'A' }, { name: 'B' }] } }, /to contain 1 elements/],
  ['errors that are no list', { data: null, errors: 'Oh.' }, /to be an array/],
  ['an empty list of errors', { data: null, errors: [] }, /to be an array/],
];

for (const [what, answer, message] of malformed) {
  test(`an answer with ${what} is a failed fetch: an error at each missing field, no data of it`, async () => {
    const { authors, errors } = await runEntities(['1'], () => answer);
    assert.deepEqual(authors, [{ name: null, b: null }]);
    assert.deepEqual(errors.map(({ path }) => path?.at(-1)).sort(), ['b', 'name']);
    for (const error of errors) {
      assert.match(error.message, message);
      assert.deepEqual(error.extensions, { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'authors' });
    }
  });
}

test('entities that are no objects bring nothing and break nothing', async () => {
  const { authors, errors } = await runEntities(['1', '2', '3'], () => ({
    data: { _entities: ['name', 7, [{}]] },
  }));
  assert.deepEqual(
    authors,
    [1, 2, 3].map(() => ({ name: null, b: null })),
  );
  assert.deepEqual(errors, []);
});

test('an answer to a request for root fields without data is told at each of them', async () => {
  for (const answer of [{}, { data: null }, { data: 'text' }]) {
    const bed = await createPlanBed('{ me you }', fetchRoot('a', '{ me you }'), { a: () => answer });
    const { data, errors } = await bed.run();
    assert.deepEqual(data, { me: null, you: null });
    assert.deepEqual(
      errors?.map(({ path }) => path),
      [['me'], ['you']],
    );
  }
});

test('a subgraph that reports more than a thousand errors is cut short', async () => {
  const ids = Array.from({ length: 20_000 }, (_, index) => String(index));
  const { errors } = await runEntities(ids, () => ({
    data: { _entities: ids.map(() => ({})) },
    errors: ids.map((_id, index) => ({ message: 'Oh.', path: ['_entities', index, 'name'] })),
  }));
  assert.equal(errors.length, 1_000);
});

test('input and output are rewritten as the planner says', async () => {
  const rewritten = sequence(
    fetchRoot('books', '{ books { author { __typename id } } }'),
    flatten(
      'books.@.author',
      fetchEntities('authors', byId, '{ ... on Person { name__1: name } }', {
        inputRewrites: [{ kind: 'ValueSetter', path: ['... on Author', '__typename'], setValueTo: 'Person' }],
        outputRewrites: [{ kind: 'KeyRenamer', path: ['name__1'], renameKeyTo: 'name' }],
      }),
    ),
  );
  const answer = {
    data: { _entities: [{ name__1: 'One' }, { name__1: null }] },
    errors: [{ message: 'Oh.', path: ['_entities', 1, 'name__1'] }],
  };
  const { authors, errors, requests } = await runEntities(['1', '2', '1'], () => answer, rewritten);
  assert.deepEqual(requests[0]?.variables['representations'], [
    { __typename: 'Person', id: '1' },
    { __typename: 'Person', id: '2' },
  ]);
  assert.deepEqual(
    authors.map(({ name }) => name),
    ['One', null, 'One'],
  );
  assert.deepEqual(
    errors.map(({ path }) => path),
    [['books', 1, 'author', 'name']],
  );
});

test('a fetch gets the variables that it uses and that were sent, null too', async () => {
  const query = 'query ($a: Int, $b: Int, $c: Int, $__proto__: Int) { echo(a: $a, b: $b) }';
  const node = fetchRoot('a', query, { variableUsages: ['a', 'b', '__proto__', 'constructor'] });
  const bed = await createPlanBed(query, node, { a: () => ({ data: { echo: 1 } }) });
  await bed.run(JSON.parse('{"a":null,"c":3,"__proto__":4}'));
  assert.equal(JSON.stringify(bed.subgraph('a').requests[0]?.variables), '{"a":null,"__proto__":4}');
});

test('each mutation makes the operation forget what it has read, before the next step', async () => {
  const owner = {};
  const reads: string[] = [];
  const read =
    (name: string): FakeAnswer =>
    ({ scope }) => {
      reads.push(`${name} sees ${scope.get(owner, () => `what ${name} read`)}`);
      return { data: { [name]: name } };
    };
  const steps = sequence(fetchRoot('lend', 'mutation { lend }'), fetchRoot('give', 'mutation { give }'));
  const bed = await createPlanBed('mutation { lend give }', steps, {
    lend: read('lend'),
    give: read('give'),
  });
  await bed.run();
  assert.deepEqual(reads, ['lend sees what lend read', 'give sees what give read']);
  assert.equal(
    bed.scope.get(owner, () => 'nothing'),
    'nothing',
  );
});

test('a mutation that fails makes it forget too; the next one is still made', async () => {
  const owner = {};
  const steps = sequence(fetchRoot('lend', 'mutation { lend }'), fetchRoot('give', 'mutation { give }'));
  const bed = await createPlanBed('mutation { lend give }', steps, {
    lend: ({ scope }) => scope.get(owner, () => 'old') && { errors: [{ message: 'No.' }] },
    give: ({ scope }) => ({ data: { give: scope.get(owner, () => 'new') } }),
  });
  const { data, errors } = await bed.run();
  assert.deepEqual(data, { lend: null, give: 'new' });
  assert.deepEqual(
    errors?.map(({ path }) => path),
    [['lend']],
  );
});
