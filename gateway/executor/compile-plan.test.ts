import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConditionNode } from '@apollo/query-planner';
import { createPlanBed, fetchEntities, fetchRoot, flatten, parallel, sequence } from '../testing/plan-bed.ts';
import type { Data } from './data.ts';

/** Answers each author with a name of its id. */
const named = ({ variables }: { variables: Data }) => ({
  data: { _entities: (variables['representations'] as Data[]).map(({ id }) => ({ name: `Author ${id}` })) },
});

const authorName = fetchEntities(
  'authors',
  '{ ... on Author { __typename id } }',
  '{ ... on Author { name } }',
);
const author = (id: string) => ({ __typename: 'Author', id });

test('the steps of a sequence run one after another', async () => {
  const first = Promise.withResolvers<unknown>();
  const plan = sequence(fetchRoot('a', '{ me }'), fetchRoot('b', '{ you }'));
  const bed = await createPlanBed('{ me you }', plan, {
    a: () => first.promise,
    b: () => ({ data: { you: 'b' } }),
  });
  const result = bed.run();
  await bed.clock.advance(0);
  assert.equal(bed.subgraph('b').requests.length, 0);
  first.resolve({ data: { me: 'a' } });
  assert.deepEqual(await result, { data: { me: 'a', you: 'b' } });
});

test('the steps of a parallel node run at the same time', async () => {
  const both = Promise.withResolvers<void>();
  let waiting = 0;
  const meet = async (data: Data) => {
    if (++waiting === 2) both.resolve();
    await both.promise;
    return { data };
  };
  const plan = parallel(fetchRoot('a', '{ me }'), fetchRoot('b', '{ you }'));
  const bed = await createPlanBed('{ me you }', plan, {
    a: () => meet({ me: 'a' }),
    b: () => meet({ you: 'b' }),
  });
  assert.deepEqual(await bed.run(), { data: { me: 'a', you: 'b' } });
});

test('a branch that fails does not keep the other from being merged', async () => {
  const plan = parallel(fetchRoot('a', '{ me }'), fetchRoot('b', '{ you }'));
  const errors = [{ message: 'Down.', extensions: { code: 'UNAVAILABLE' } }];
  const bed = await createPlanBed('{ me you }', plan, {
    a: () => ({ errors }),
    b: () => ({ data: { you: 'b' } }),
  });
  const result = await bed.run();
  assert.deepEqual(result.data, { me: null, you: 'b' });
  assert.deepEqual(
    result.errors?.map(({ path }) => path),
    [['me']],
  );
});

test('a flattened fetch works at each place of its path', async () => {
  const plan = sequence(fetchRoot('books', '{ books }'), flatten('books.@.author', authorName));
  const books = [{ author: author('1') }, null, { author: null }, { author: author('2') }];
  const bed = await createPlanBed('{ books { author { name } } }', plan, {
    books: () => ({ data: { books } }),
    authors: named,
  });
  assert.deepEqual((await bed.run()).data, {
    books: [{ author: { name: 'Author 1' } }, null, { author: null }, { author: { name: 'Author 2' } }],
  });
});

test('paths of nested flattens are put together, lists of lists have an @ for each level', async () => {
  const plan = sequence(
    fetchRoot('books', '{ shelves }'),
    flatten('shelves.@.@', sequence(flatten('author', authorName))),
  );
  const shelves = [[{ author: author('1') }], [], null, [null, { author: author('2') }]];
  const bed = await createPlanBed('{ shelves { author { name } } }', plan, {
    books: () => ({ data: { shelves } }),
    authors: named,
  });
  assert.deepEqual((await bed.run()).data, {
    shelves: [[{ author: { name: 'Author 1' } }], [], null, [null, { author: { name: 'Author 2' } }]],
  });
});

test('a condition takes the branch of its variable, or none', async () => {
  const ifClause = fetchRoot('a', '{ me }');
  const elseClause = fetchRoot('b', '{ you }');
  const text = 'query ($c: Boolean! = true) { me @include(if: $c) you @skip(if: $c) }';
  const clauses: readonly Partial<ConditionNode>[] = [{ ifClause, elseClause }, { ifClause }, { elseClause }];
  const asked: string[][] = [];
  for (const clause of clauses) {
    for (const variables of [{}, { c: true }, { c: false }]) {
      const plan = { kind: 'Condition', condition: 'c', ...clause } as const;
      const bed = await createPlanBed(text, plan, { a: () => ({ data: {} }), b: () => ({ data: {} }) });
      await bed.run(variables);
      asked.push(['a', 'b'].filter((name) => bed.subgraph(name).requests.length > 0));
    }
  }
  assert.deepEqual(asked, [['a'], ['a'], ['b'], ['a'], ['a'], [], [], [], ['b']]);
});

test('an operation without a plan asks nobody', async () => {
  const bed = await createPlanBed('{ __typename __type(name: "Book") { name } }', undefined, {});
  assert.equal(JSON.stringify(await bed.run()), '{"data":{"__typename":"Query","__type":{"name":"Book"}}}');
});
