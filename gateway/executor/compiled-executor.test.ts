import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { executorContract } from '../executor.contract.ts';
import { createPlanBed, fetchEntities, fetchRoot, flatten, parallel, sequence } from '../testing/plan-bed.ts';

executorContract('compiled');

const deadline = () => new AppError('DEADLINE_EXCEEDED', {});
const never = () => new Promise<never>(() => {});
const meAndYou = parallel(fetchRoot('a', '{ me }'), fetchRoot('b', '{ you }'));

test('a call that has ended before its first fetch sends nothing and says why', async () => {
  const bed = await createPlanBed('{ me you }', meAndYou, { a: never, b: never });
  bed.abort.abort(deadline());
  const { data, errors } = await bed.run();
  assert.deepEqual(data, { me: null, you: null });
  assert.deepEqual(
    errors?.map(({ path }) => path),
    [['me'], ['you']],
  );
  assert.deepEqual(
    errors?.map(({ extensions }) => extensions?.['code']),
    Array(2).fill('DEADLINE_EXCEEDED'),
  );
  assert.equal(bed.subgraph('a').requests.length + bed.subgraph('b').requests.length, 0);
  assert.equal(bed.clock.pendingTimers, 0);
});

test('a call that ends between two fetches keeps what the first brought; the second is not sent', async () => {
  const plan = sequence(
    fetchRoot('books', '{ book { title author { __typename id } } }'),
    flatten('book.author', fetchEntities('authors', '{ __typename id }', '{ ... on Author { name } }')),
  );
  const bed = await createPlanBed('{ book { title author { name } } }', plan, {
    books() {
      bed.abort.abort(deadline());
      return { data: { book: { title: 'T', author: { __typename: 'Author', id: '1' } } } };
    },
    authors: never,
  });
  const { data, errors } = await bed.run();
  assert.deepEqual(data, { book: { title: 'T', author: { name: null } } });
  assert.deepEqual(
    errors?.map(({ path }) => path),
    [['book', 'author', 'name']],
  );
  assert.equal(bed.subgraph('authors').requests.length, 0);
  assert.equal(bed.clock.pendingTimers, 0);
});

test('a call that ends during a fetch is answered after the grace, with what the others brought', async () => {
  const late = Promise.withResolvers<unknown>();
  const bed = await createPlanBed('{ me you }', meAndYou, {
    a: () => ({ data: { me: 'a' } }),
    b: () => late.promise,
  });
  let answered = false;
  const result = bed.run().finally(() => {
    answered = true;
  });
  bed.abort.abort(deadline());
  await bed.clock.advance(99);
  assert.equal(answered, false);
  await bed.clock.advance(1);
  const { data, errors } = await result;
  assert.deepEqual(data, { me: 'a', you: null });
  assert.deepEqual(
    errors?.map(({ path }) => path),
    [['you']],
  );
  assert.equal(bed.clock.pendingTimers, 0);
});

test('an answer within the grace is still taken', async () => {
  const late = Promise.withResolvers<unknown>();
  const bed = await createPlanBed('{ me }', fetchRoot('a', '{ me }'), { a: () => late.promise });
  const result = bed.run();
  bed.abort.abort(deadline());
  await bed.clock.advance(99);
  late.resolve({ data: { me: 'a' } });
  assert.deepEqual(await result, { data: { me: 'a' } });
  assert.equal(bed.clock.pendingTimers, 0);
});

test('an answer after the grace changes nothing: no data, no errors, no further fetch, nothing forgotten', async () => {
  const late = Promise.withResolvers<unknown>();
  const plan = sequence(fetchRoot('a', 'mutation { lend }'), fetchRoot('b', 'mutation { give }'));
  const bed = await createPlanBed('mutation { lend give }', plan, { a: () => late.promise, b: never });
  const owner = {};
  bed.scope.get(owner, () => 'kept');
  const result = bed.run();
  bed.abort.abort(deadline());
  await bed.clock.advance(100);
  const answer = await result;
  const before = JSON.stringify(answer);
  late.resolve({ data: { lend: 'late' }, errors: [{ message: 'Late.' }] });
  await bed.clock.advance(0);
  assert.equal(JSON.stringify(answer), before);
  assert.equal(bed.subgraph('b').requests.length, 0);
  assert.equal(
    bed.scope.get(owner, () => 'forgotten'),
    'kept',
  );
});

test('mutations that are not made because the call has ended are no nulls without errors', async () => {
  const plan = sequence(
    fetchRoot('a', 'mutation { lend }'),
    sequence(fetchRoot('b', 'mutation { give }')),
    fetchRoot('b', 'mutation { keep }'),
  );
  const bed = await createPlanBed('mutation { lend give keep }', plan, { a: never, b: never });
  const result = bed.run();
  bed.abort.abort(deadline());
  await bed.clock.advance(100);
  const { data, errors } = await result;
  assert.deepEqual(data, { lend: null, give: null, keep: null });
  assert.deepEqual(
    errors?.map(({ path }) => path),
    [['lend'], ['give'], ['keep']],
  );
  assert.equal(bed.subgraph('b').requests.length, 0);
});

test('steps that are done are not reported when a later one is cut short', async () => {
  const plan = sequence(
    fetchRoot('a', 'mutation { lend }'),
    sequence(fetchRoot('b', 'mutation { give }')),
    fetchRoot('c', 'mutation { keep }'),
  );
  const bed = await createPlanBed('mutation { lend give keep }', plan, {
    a: () => ({ data: { lend: 'a' } }),
    b: () => ({ data: { give: 'b' } }),
    c: never,
  });
  const result = bed.run();
  await bed.clock.advance(0);
  assert.equal(bed.subgraph('c').requests.length, 1);
  bed.abort.abort(deadline());
  await bed.clock.advance(100);
  const { data, errors } = await result;
  assert.deepEqual(data, { lend: 'a', give: 'b', keep: null });
  assert.deepEqual(
    errors?.map(({ path }) => path),
    [['keep']],
  );
});

test('a call that ends when all is done leaves no timer behind', async () => {
  const bed = await createPlanBed('{ me }', fetchRoot('a', '{ me }'), { a: () => ({ data: { me: 'a' } }) });
  assert.deepEqual(await bed.run(), { data: { me: 'a' } });
  bed.abort.abort(deadline());
  assert.equal(bed.clock.pendingTimers, 0);
});

test('one prepared operation runs many times at once; no run sees the data of another', async () => {
  const first = Promise.withResolvers<unknown>();
  const answers = [first.promise, { data: { me: 'second' } }, { data: {} }];
  const bed = await createPlanBed('{ me }', fetchRoot('a', '{ me }'), { a: () => answers.shift() });
  const waiting = bed.run();
  assert.deepEqual(await bed.run(), { data: { me: 'second' } });
  assert.deepEqual(await bed.run(), { data: { me: null } });
  first.resolve({ data: { me: 'first' } });
  assert.deepEqual(await waiting, { data: { me: 'first' } });
});

test('more than a thousand errors of all fetches together are not told', async () => {
  const errors = Array.from({ length: 800 }, () => ({ message: 'Oh.', path: ['me'] }));
  const bed = await createPlanBed('{ me you }', meAndYou, {
    a: () => ({ data: {}, errors }),
    b: () => ({ data: {}, errors }),
  });
  assert.equal((await bed.run()).errors?.length, 1_000);
});

test('variables that decide nothing where they must are refused before anything is sent', async () => {
  const text = 'query ($c: Boolean = true) { me @include(if: $c) }';
  const bed = await createPlanBed(text, fetchRoot('a', '{ me }'), { a: never });
  const result = await bed.run({ c: null });
  assert.equal(result.errors?.length, 1);
  assert.equal(result.data, undefined);
  assert.equal(bed.subgraph('a').requests.length, 0);
});
