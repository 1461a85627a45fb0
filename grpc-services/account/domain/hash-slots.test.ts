import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createHashSlots } from './hash-slots.ts';

const forever = new AbortController().signal;
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Work that runs until it is told to end, and notes when it started. */
function heldWork(started: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<string>();
  return {
    work: () => {
      started.push(name);
      return promise;
    },
    end: () => resolve(name),
  };
}

suite('hash slots', () => {
  test('run so many at a time, the rest in order of arrival', async () => {
    const slots = createHashSlots({ maxConcurrent: 2, maxQueued: 2 });
    const started: string[] = [];
    const held = ['a', 'b', 'c', 'd'].map((name) => heldWork(started, name));
    const results = held.map(({ work }) => slots.run(work, forever));
    await settle();
    assert.deepEqual(started, ['a', 'b']);
    held[1]?.end();
    await settle();
    assert.deepEqual(started, ['a', 'b', 'c']);
    for (const { end } of held) end();
    assert.deepEqual(await Promise.all(results), ['a', 'b', 'c', 'd']);
  });

  test('refuse when the queue is full, and take work again once it moved on', async () => {
    const slots = createHashSlots({ maxConcurrent: 1, maxQueued: 1 });
    const held = ['a', 'b'].map((name) => heldWork([], name));
    const results = held.map(({ work }) => slots.run(work, forever));
    const isUnavailable = (error: unknown) =>
      AppError.is(error, 'UNAVAILABLE') && error.detail.retryAfterMs > 0;
    await assert.rejects(
      slots.run(async () => 'c', forever),
      isUnavailable,
    );
    assert.throws(() => slots.assertRoom(), isUnavailable);
    for (const { end } of held) end();
    await Promise.all(results);
    assert.equal(await slots.run(async () => 'd', forever), 'd');
  });

  test('give the slot back when the work fails', async () => {
    const slots = createHashSlots({ maxConcurrent: 1, maxQueued: 0 });
    await assert.rejects(
      slots.run(() => Promise.reject(new Error('planned')), forever),
      /planned/,
    );
    assert.equal(await slots.run(async () => 'next', forever), 'next');
  });

  test('whoever goes away leaves the queue', async () => {
    const slots = createHashSlots({ maxConcurrent: 1, maxQueued: 1 });
    const started: string[] = [];
    const [first, gone, next] = [
      heldWork(started, 'first'),
      heldWork(started, 'gone'),
      heldWork(started, 'next'),
    ];
    const firstResult = slots.run(first.work, forever);
    const abort = new AbortController();
    const goneResult = slots.run(gone.work, abort.signal);
    abort.abort(new AppError('CANCELLED', {}));
    await assert.rejects(goneResult, (error) => AppError.is(error, 'CANCELLED'));
    const nextResult = slots.run(next.work, forever);
    first.end();
    next.end();
    await Promise.all([firstResult, nextResult]);
    assert.deepEqual(started, ['first', 'next']);
  });
});
