import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from './slots.ts';

const never = new AbortController().signal;

test('who waits comes in the order in which they asked', async () => {
  const slots = new Slots(1);
  const order: number[] = [];
  const release = await slots.take(never);
  const waiting = [1, 2, 3].map(async (who) => {
    const done = await slots.take(never);
    order.push(who);
    done?.();
  });
  release?.();
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2, 3]);
});

test('a slot is given back once, however often its holder says so', async () => {
  const slots = new Slots(1);
  const release = await slots.take(never);
  release?.();
  release?.();
  await slots.take(never);
  const second = new AbortController();
  const waiting = slots.take(second.signal);
  second.abort();
  assert.equal(await waiting, undefined);
});

test('who leaves the queue takes no slot', async () => {
  const slots = new Slots(1);
  const release = await slots.take(never);
  const leaver = new AbortController();
  const left = slots.take(leaver.signal);
  const stays = slots.take(never);
  leaver.abort();
  release?.();
  assert.equal(await left, undefined);
  assert(await stays);
  assert.equal(await slots.take(AbortSignal.abort()), undefined);
});
