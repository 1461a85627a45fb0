import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { Slots } from './slots.ts';
import { type BatchWork, workThrough } from './work-through.ts';

const settings = { heartbeatIntervalMs: 100, commitIntervalMs: 100, releaseTimeoutMs: 1_000 };

/** Works through records with these keys, at offsets from 10 on; `end(offset)` ends a handler. */
function setUp(keys: string, changes: Partial<BatchWork> = {}) {
  const clock = new VirtualClock();
  const commits: string[] = [];
  const begun: string[] = [];
  const signals: AbortSignal[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  let heartbeats = 0;
  const records = [...keys].map((key, index) => {
    gates.set(String(10 + index), Promise.withResolvers());
    return { offset: String(10 + index), key: Buffer.from(key), value: null };
  });
  const done = workThrough({
    records,
    async finish({ offset }, signal) {
      begun.push(offset);
      signals.push(signal);
      await gates.get(offset)?.promise;
    },
    commit: async (offset) => void commits.push(offset),
    heartbeat: async () => void heartbeats++,
    stopping: new AbortController().signal,
    letGo: new AbortController().signal,
    slots: new Slots(100),
    settings,
    clock,
    ...changes,
  });
  done.catch(() => {});
  const end = (...offsets: number[]) => {
    for (const offset of offsets) gates.get(String(offset))?.resolve();
    return clock.advance(0);
  };
  const fail = (offset: number, error: Error) => {
    gates.get(String(offset))?.reject(error);
    return clock.advance(0);
  };
  return { clock, commits, begun, signals, done, end, fail, heartbeats: () => heartbeats };
}

test('commits what is finished without a gap, and never beyond it', async () => {
  const { clock, commits, done, end } = setUp('abcd');
  await end(11, 12);
  await clock.advance(100);
  assert.deepEqual(commits, []);
  await end(10);
  await clock.advance(100);
  assert.deepEqual(commits, ['13']);
  await clock.advance(100);
  assert.deepEqual(commits, ['13'], 'nothing new, no commit');
  await end(13);
  await done;
  assert.deepEqual(commits, ['13', '14']);
  assert.equal(clock.pendingTimers, 0);
});

test('handles records of one key one after another, and others side by side', async () => {
  const { begun, done, end } = setUp('aabb');
  await end();
  assert.deepEqual(begun, ['10', '12']);
  await end(10);
  assert.deepEqual(begun, ['10', '12', '11']);
  await end(11, 12, 13);
  await done;
  assert.deepEqual(begun, ['10', '12', '11', '13']);
});

test('handles so many at once as there are slots', async () => {
  const { begun, done, end } = setUp('abcde', { slots: new Slots(2) });
  await end();
  assert.equal(begun.length, 2);
  await end(10);
  assert.equal(begun.length, 3);
  await end(11, 12, 13, 14);
  await done;
});

test('heartbeats while handlers take their time', async () => {
  const { clock, done, end, heartbeats } = setUp('a');
  await clock.advance(1_000);
  assert.equal(heartbeats(), 10);
  await end(10);
  await done;
});

test('gives the partition back when a heartbeat says so: handlers are told, what is finished is committed', async () => {
  const rebalancing = new Error('REBALANCE_IN_PROGRESS');
  const heartbeat = () => Promise.reject(rebalancing);
  const { clock, commits, signals, begun, done, end } = setUp('abcd', { heartbeat, slots: new Slots(2) });
  await end(10);
  await clock.advance(100);
  assert(signals[1]?.aborted);
  await end(11, 12);
  await assert.rejects(done, rebalancing);
  assert.deepEqual(commits, ['13']);
  assert.deepEqual(begun, ['10', '11', '12'], 'nothing begins any more');
  assert.equal(clock.pendingTimers, 0);
});

test('ends at a record that finds no place, so that it comes again', async () => {
  const { commits, begun, done, end, fail } = setUp('abaa');
  await end(10);
  await fail(11, new Error('the broker is away'));
  await end(12, 13);
  await assert.rejects(done, /the broker is away/);
  assert.deepEqual(commits, ['11']);
  assert(!begun.includes('13'), 'nothing begins after the failure');
});

test('lets go of a handler that does not end, and does not commit it', async () => {
  const stop = new AbortController();
  const { clock, commits, signals, done, end } = setUp('ab', { letGo: stop.signal });
  await end(10);
  stop.abort();
  assert(signals[1]?.aborted);
  await clock.advance(settings.releaseTimeoutMs);
  await done;
  assert.deepEqual(commits, ['11']);
  assert.equal(clock.pendingTimers, 0);
});

test('begins nothing more once it stops, and lets what is under way end', async () => {
  const stop = new AbortController();
  const { clock, commits, signals, begun, done, end, heartbeats } = setUp('aab', {
    stopping: stop.signal,
    slots: new Slots(2),
  });
  await end();
  stop.abort();
  await clock.advance(10 * settings.releaseTimeoutMs);
  assert.deepEqual([signals[0]?.aborted, heartbeats()], [false, 100]);
  await end(10);
  assert.deepEqual(begun, ['10']);
  await done;
  assert.deepEqual(commits, ['11']);
  assert.equal(clock.pendingTimers, 0);
});

test('takes nothing up once it must let go', async () => {
  const { begun, commits, done } = setUp('ab', { letGo: AbortSignal.abort() });
  await done;
  assert.deepEqual([begun, commits], [[], []]);
});
