import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { SearchDeps } from '../domain/deps.ts';
import { refreshIndex } from './refresh-index.ts';

/** Claiming the index is the first thing that a reindex does; here it is all it does. */
function failingDeps(clock: VirtualClock, attemptsAtMs: number[]): SearchDeps {
  const startMs = clock.now();
  const database = {
    query: async () => {
      attemptsAtMs.push(clock.now() - startMs);
      throw new Error('away');
    },
  };
  return { clock, database } as unknown as SearchDeps;
}

test('an index that is not filled is tried again after 1, 2, 4 seconds, up to the interval, until it is stopped', async () => {
  const clock = new VirtualClock();
  const attemptsAtMs: number[] = [];
  const stop = new AbortController();
  const failures: unknown[] = [];
  const deps = failingDeps(clock, attemptsAtMs);
  const task = refreshIndex(deps, { intervalMs: 5_000, isFilled: false }, stop.signal, (error) =>
    failures.push(error),
  );
  await clock.advance(17_000);
  assert.deepEqual(attemptsAtMs, [1_000, 3_000, 7_000, 12_000, 17_000]);
  assert.equal(failures.length, 5);
  stop.abort();
  await task;
  assert.equal(clock.pendingTimers, 0);
});

test('a filled index waits for the interval', async () => {
  const clock = new VirtualClock();
  const attemptsAtMs: number[] = [];
  const stop = new AbortController();
  const task = refreshIndex(
    failingDeps(clock, attemptsAtMs),
    { intervalMs: 60_000, isFilled: true },
    stop.signal,
    () => {},
  );
  await clock.advance(59_999);
  assert.deepEqual(attemptsAtMs, []);
  stop.abort();
  await task;
});

test('without an interval an index is made once, and left alone then', async () => {
  const clock = new VirtualClock();
  const attemptsAtMs: number[] = [];
  const deps = failingDeps(clock, attemptsAtMs);
  const { signal } = new AbortController();
  await refreshIndex(deps, { intervalMs: 0, isFilled: true }, signal, () => {});
  assert.equal(clock.pendingTimers, 0);
  const stop = new AbortController();
  const task = refreshIndex(deps, { intervalMs: 0, isFilled: false }, stop.signal, () => {});
  await clock.advance(200_000);
  assert.deepEqual(attemptsAtMs, [1_000, 3_000, 7_000, 15_000, 31_000, 63_000, 123_000, 183_000]);
  stop.abort();
  await task;
});
