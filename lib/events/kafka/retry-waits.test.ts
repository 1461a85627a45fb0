import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { createRetryWaits } from './retry-waits.ts';

const HOUR_MS = 3_600_000;

function setUp() {
  const clock = new VirtualClock();
  const startMs = clock.now();
  const split = createRetryWaits(clock, (topic) => (topic === 'retry' ? 1_000 : 0));
  /** Records at these offsets, each due so many milliseconds after the start. */
  const take = (dues: Record<number, number>, topic = 'retry') => {
    const messages = Object.entries(dues).map(([offset, dueMs]) => {
      return { offset, key: null, value: null, headers: { 'not-before': String(startMs + dueMs) } };
    });
    const { due, waitMs } = split({ topic, partition: 0, messages });
    return { due: due.map(({ offset }) => Number(offset)), waitMs };
  };
  return { clock, take };
}

test('a record is due when its time has come; those behind it wait', () => {
  const { clock, take } = setUp();
  assert.deepEqual(take({ 1: 0, 2: 700, 3: 800 }), { due: [1], waitMs: 700 });
  clock.jump(700);
  assert.deepEqual(take({ 2: 700, 3: 800 }), { due: [2], waitMs: 100 });
  clock.jump(100);
  assert.deepEqual(take({ 3: 800 }), { due: [3], waitMs: undefined });
});

test('a record whose writer is an hour ahead waits for the delay of its topic, and so do all those seen with it', () => {
  const { clock, take } = setUp();
  assert.deepEqual(take({ 1: HOUR_MS, 2: HOUR_MS }), { due: [], waitMs: 1_000 });
  clock.jump(900);
  assert.deepEqual(take({ 1: HOUR_MS, 2: HOUR_MS }), { due: [], waitMs: 100 });
  clock.jump(100);
  assert.deepEqual(take({ 1: HOUR_MS, 2: HOUR_MS, 3: HOUR_MS }), { due: [1, 2], waitMs: 1_000 });
  clock.jump(1_000);
  assert.deepEqual(take({ 3: HOUR_MS }), { due: [3], waitMs: undefined });
});

test('a topic that delays nothing has all its records due, whatever a header says', () => {
  const { take } = setUp();
  assert.deepEqual(take({ 1: HOUR_MS }, 'main'), { due: [1], waitMs: undefined });
});
