import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import { createBatchLoader, createPageLoader, maxBatchKeys, type PageKey } from './batch-loader.ts';

/** Answers each id in capitals and notes the batches. */
function createRecordingLoader(failAt?: number) {
  const batches: (readonly string[])[] = [];
  const loader = createBatchLoader(async (ids: readonly string[]) => {
    batches.push(ids);
    if (batches.length - 1 === failAt) throw new AppError('UNAVAILABLE', { retryAfterMs: 1 });
    return ids.map((id) => id.toUpperCase());
  });
  return { loader, batches };
}

const ids = Array.from({ length: 250 }, (_, index) => `id-${index}`);

test('250 keys of one turn become three calls of at most 100', async () => {
  const { loader, batches } = createRecordingLoader();
  const values = await Promise.all(ids.map((id) => loader.load(id)));
  assert.deepEqual(
    values,
    ids.map((id) => id.toUpperCase()),
  );
  assert.deepEqual(
    batches.map(({ length }) => length),
    [maxBatchKeys, maxBatchKeys, 50],
  );
});

test('what hangs on several batches is asked for in one turn, however late one of them is', async () => {
  const second = Promise.withResolvers<void>();
  const goods = createBatchLoader(async (keys: readonly string[]) => {
    if (keys.length < maxBatchKeys) await second.promise;
    return keys;
  });
  const { loader: shops, batches } = createRecordingLoader();
  const loaded = ids.slice(0, 150).map(async (id, index) => {
    await goods.load(id);
    return shops.load(`shop-${Math.floor(index / 3)}`);
  });
  setImmediate(() => second.resolve());
  await Promise.all(loaded);
  assert.deepEqual(
    batches.map(({ length }) => length),
    [50],
  );
});

test('a key is asked for once, in one turn and later', async () => {
  const { loader, batches } = createRecordingLoader();
  const [a, b, again] = await Promise.all(['a', 'b', 'a'].map((id) => loader.load(id)));
  assert.deepEqual([a, b, again, await loader.load('b')], ['A', 'B', 'A', 'B']);
  assert.deepEqual(batches, [['a', 'b']]);
});

test('a failing batch fails only its own keys', async () => {
  const { loader } = createRecordingLoader(1);
  const outcomes = await Promise.allSettled(ids.map((id) => loader.load(id)));
  const failed = outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
  assert.deepEqual(
    failed,
    Array.from({ length: 100 }, (_, index) => 100 + index),
  );
  const [rejected] = outcomes.filter(({ status }) => status === 'rejected');
  assert.ok(rejected?.status === 'rejected' && AppError.is(rejected.reason, 'UNAVAILABLE'));
});

test('a key that failed is asked for again', async () => {
  const { loader, batches } = createRecordingLoader(0);
  await assert.rejects(loader.load('a'));
  assert.equal(await loader.load('a'), 'A');
  assert.equal(batches.length, 2);
});

test('a service that answers with too few values fails the batch instead of mixing them up', async () => {
  const loader = createBatchLoader(async (keys: readonly string[]) => keys.slice(1));
  await assert.rejects(Promise.all(['a', 'b'].map((id) => loader.load(id))), /same length/);
});

test('a cleared loader asks again', async () => {
  const { loader, batches } = createRecordingLoader();
  await loader.load('a');
  loader.clearAll();
  await loader.load('a');
  assert.equal(batches.length, 2);
});

test('pages of different parents, sizes and places share a call; the same page is asked for once', async () => {
  const batches: (readonly PageKey[])[] = [];
  const loader = createPageLoader(async (keys) => {
    batches.push(keys);
    return keys.map((key) => JSON.stringify(key));
  });
  const pages: PageKey[] = [
    { parentId: '1', first: 2 },
    { parentId: '1', first: 2, after: '' },
    { parentId: '1', first: 2, after: 'x' },
    { parentId: '1', first: 3, after: 'x' },
    { parentId: '2', first: 2 },
    { parentId: '1 2', first: 3, after: '' },
    { parentId: '1', first: 2, after: '3 ' },
  ];
  const answers = await Promise.all([...pages, { parentId: '1', first: 2 }].map((key) => loader.load(key)));
  assert.deepEqual(batches, [pages]);
  assert.deepEqual(
    answers,
    [...pages, { parentId: '1', first: 2 }].map((key) => JSON.stringify(key)),
  );
});

test('values that are frozen come as copies, which may be written into; all others come as they are', async () => {
  const frozen = Object.freeze({ id: 'a', tags: Object.freeze(['x']) });
  const free = { id: 'b' };
  const list = Object.freeze(['c']);
  const values = [frozen, free, list, undefined, null, 'd'];
  const loader = createBatchLoader<number, unknown>(async (keys) => keys.map((key) => values[key]));
  const loaded = await Promise.all(values.map((_value, key) => loader.load(key)));
  assert.deepEqual(loaded, values);
  assert.ok(Object.isExtensible(loaded[0]));
  assert.equal(loaded[1], free);
  assert.equal(loaded[2], list);
});
