import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { RunGate } from './run-gate.ts';

test('no more run at once than it says, the others in order of arrival', async () => {
  const gate = new RunGate(2);
  const order: number[] = [];
  const works = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const { signal } = new AbortController();
  const all = works.map((work, index) =>
    gate.run(signal, () => {
      order.push(index);
      return work.promise;
    }),
  );
  await turn();
  assert.deepEqual(order, [0, 1]);
  assert.deepEqual(gate.load, { running: 2, waiting: 3 });
  works[1]?.resolve(1);
  await turn();
  assert.deepEqual(order, [0, 1, 2]);
  works[0]?.reject(new Error('a failure gives its place back too'));
  await assert.rejects(all[0] as Promise<unknown>);
  await turn();
  assert.deepEqual(order, [0, 1, 2, 3]);
  for (const [index, work] of works.entries()) work.resolve(index);
  assert.deepEqual(await Promise.all(all.slice(1)), [1, 2, 3, 4]);
  assert.deepEqual(gate.load, { running: 0, waiting: 0 });
});

test('who is stopped waits no longer and takes no turn', async () => {
  const gate = new RunGate(1);
  const first = Promise.withResolvers<string>();
  const running = gate.run(new AbortController().signal, () => first.promise);
  const abort = new AbortController();
  let ran = false;
  const stopped = gate.run(abort.signal, async () => {
    ran = true;
  });
  const next = gate.run(new AbortController().signal, async () => 'next');
  abort.abort();
  assert.equal(await stopped, undefined);
  assert.deepEqual(gate.load, { running: 1, waiting: 1 });
  first.resolve('first');
  assert.deepEqual(await Promise.all([running, next]), ['first', 'next']);
  assert.equal(ran, false);
});

test('who is stopped as its turn comes hands it on', async () => {
  const gate = new RunGate(1);
  const first = Promise.withResolvers<void>();
  const running = gate.run(new AbortController().signal, () => first.promise);
  const abort = new AbortController();
  const stopped = gate.run(abort.signal, async () => 'ran');
  const next = gate.run(new AbortController().signal, async () => 'next');
  first.resolve();
  await running;
  abort.abort();
  assert.equal(await next, 'next');
  await stopped;
  assert.deepEqual(gate.load, { running: 0, waiting: 0 });
});

test('who comes as a turn is handed on waits like the others', async () => {
  const gate = new RunGate(1);
  const { signal } = new AbortController();
  const first = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await turn();
    running--;
  };
  const all = [gate.run(signal, () => first.promise), gate.run(signal, work)];
  const late = first.promise.then(() => gate.run(signal, work));
  first.resolve();
  await Promise.all([...all, late]);
  assert.equal(most, 1);
  assert.deepEqual(gate.load, { running: 0, waiting: 0 });
});
