import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createDeleteRetries, DELETE_RETRY_DELAYS_MS } from './delete-retries.ts';

function retriesOf({
  works = () => false,
  maxKeys = 10_000,
}: {
  works?: (key: string) => boolean;
  maxKeys?: number;
} = {}) {
  const clock = new VirtualClock();
  const beganMs = clock.now();
  const attempts: { afterMs: number; keys: readonly string[]; writtenAtMs: number }[] = [];
  const givenUp: { keys: readonly string[]; reason: string }[] = [];
  let planned = 0;
  const retries = createDeleteRetries({
    clock,
    maxKeys,
    async attempt(keys, writtenAtMs) {
      attempts.push({ afterMs: clock.now() - beganMs, keys, writtenAtMs });
      return keys.filter((key) => !works(key));
    },
    failed: (keys) => {
      planned += keys.length;
    },
    givenUp: (keys, reason) => givenUp.push({ keys, reason }),
  });
  return { clock, retries, attempts, givenUp, planned: () => planned };
}

test('a delete that fails is tried after 1 s, 5 s, 1 min, 5 min and 1 h, then given up', async () => {
  const { clock, retries, attempts, givenUp, planned } = retriesOf();
  retries.add(['a', 'b'], 7);
  await clock.advance(2 * 3_600_000);
  let expectedMs = 0;
  for (const [index, delayMs] of DELETE_RETRY_DELAYS_MS.entries()) {
    expectedMs += delayMs;
    const { afterMs = 0, keys, writtenAtMs } = attempts[index] ?? {};
    // A wheel runs up to an interval early for each time that it was set.
    assert.ok(Math.abs(afterMs - expectedMs) <= 1_000 * (index + 1), `${afterMs} for ${expectedMs}`);
    assert.deepEqual({ keys, writtenAtMs }, { keys: ['a', 'b'], writtenAtMs: 7 });
  }
  assert.equal(attempts.length, 5);
  assert.deepEqual(givenUp, [{ keys: ['a', 'b'], reason: 'the last attempt failed' }]);
  assert.equal(planned(), 2 * 5);
});

test('what was deleted is not tried again, and what was written once more begins anew', async () => {
  let works = false;
  const { clock, retries, attempts } = retriesOf({ works: (key) => works || key === 'a' });
  retries.add(['a', 'b'], 1);
  await clock.advance(8_000);
  assert.deepEqual(
    attempts.map(({ keys }) => keys),
    [['a', 'b'], ['b']],
  );
  retries.add(['b'], 2);
  works = true;
  await clock.advance(1_000);
  assert.deepEqual(attempts.at(-1), { afterMs: 9_000, keys: ['b'], writtenAtMs: 2 });
  await clock.advance(2 * 3_600_000);
  assert.equal(attempts.length, 3);
});

test('no more than so many wait at once', () => {
  const { retries, givenUp, planned } = retriesOf({ maxKeys: 2 });
  retries.add(['a', 'b', 'c'], 1);
  assert.equal(planned(), 2);
  assert.deepEqual(givenUp, [{ keys: ['c'], reason: 'too many are waiting' }]);
});

test('a stop tries everything once more, and says what it leaves', async () => {
  const { clock, retries, attempts, givenUp } = retriesOf({ works: (key) => key !== 'c' });
  retries.add(['a', 'b', 'c'], 1);
  await retries.stop();
  retries.add(['d'], 2);
  await clock.advance(2 * 3_600_000);
  assert.deepEqual(
    attempts.map(({ keys }) => keys),
    [['a', 'b', 'c']],
  );
  assert.deepEqual(givenUp, [
    { keys: ['c'], reason: 'the process stops' },
    { keys: ['d'], reason: 'the process stops' },
  ]);
});

test('a stop does not wait for a store that does not answer', async () => {
  const clock = new VirtualClock();
  const left: string[] = [];
  const retries = createDeleteRetries({
    clock,
    attempt: () => new Promise(() => {}),
    failed() {},
    givenUp: (keys) => left.push(...keys),
  });
  retries.add(['a'], 1);
  const stopped = retries.stop();
  await clock.advance(0);
  await clock.advance(1_000);
  await stopped;
  assert.deepEqual(left, ['a']);
});
