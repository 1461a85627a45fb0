import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { type BatcherOptions, createBatcher } from './batcher.ts';

/** Items are `name` or `name:bytes`; each batch is answered when a test says so, or at once. */
function setUp(options: Partial<BatcherOptions<string, string>> = {}) {
  const clock = new VirtualClock();
  const batches: (readonly string[])[] = [];
  const answers: (() => void)[] = [];
  let isHeld = false;
  const batcher = createBatcher<string, string>({
    clock,
    bytesOf: (item) => Number(item.split(':')[1] ?? 1),
    async send(items) {
      batches.push(items);
      if (isHeld) await new Promise<void>((resolve) => answers.push(resolve));
      return items.map((item) => `${item} sent`);
    },
    ...options,
  });
  return {
    clock,
    batches,
    batcher,
    hold: () => {
      isHeld = true;
    },
    /** Answers the batch that was sent first of those that wait. */
    async answer() {
      answers.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
const names = (count: number, first = 0) => Array.from({ length: count }, (_, n) => `n${first + n}`);

test('a hundred items go at once, fewer after the wait of the first', async () => {
  const { clock, batches, batcher } = setUp();
  const full = names(100).map((name) => batcher.add(name));
  assert.deepEqual(
    await Promise.all(full),
    names(100).map((name) => `${name} sent`),
  );
  const [one] = [batcher.add('a')];
  await clock.advance(4);
  const two = batcher.add('b');
  assert.equal(batches.length, 1);
  await clock.advance(1);
  assert.deepEqual(batches[1], ['a', 'b']);
  assert.deepEqual(await Promise.all([one, two]), ['a sent', 'b sent']);
  assert.equal(clock.pendingTimers, 0);
});

test('a batch goes when its bytes are enough, never above them, and a larger item goes alone', async () => {
  const { batches, batcher } = setUp({ maxBytes: 10 });
  const items = ['a:4', 'b:4', 'c:4', 'd:50', 'e:6', 'f:4'];
  await Promise.all(items.map((item) => batcher.add(item)));
  assert.deepEqual(batches, [['a:4', 'b:4'], ['c:4'], ['d:50'], ['e:6', 'f:4']]);
});

test('one send is under way at a time and items keep their order; those that came meanwhile go next', async () => {
  const { batches, batcher, hold, answer } = setUp({ maxItems: 3 });
  hold();
  const all = names(8).map((name) => batcher.add(name));
  assert.equal(batches.length, 1);
  await answer();
  assert.equal(batches.length, 2);
  await answer();
  assert.equal(batches.length, 3);
  await answer();
  await Promise.all(all);
  assert.deepEqual(batches.flat(), names(8));
});

for (let turns = 0; turns < 8; turns++) {
  test(`an item that comes ${turns} microtasks after a batch is sent within its wait`, async () => {
    const { clock, batcher } = setUp({ maxItems: 2 });
    const first = Promise.all(names(2).map((name) => batcher.add(name)));
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    const late = batcher.add('late');
    await clock.advance(5);
    assert.equal(await Promise.race([late, turnOfLoop('forgotten')]), 'late sent');
    await first;
  });
}

test('each caller gets the outcome of its own item', async () => {
  const { batcher } = setUp({
    maxItems: 3,
    send: async (items) => items.map((item) => (item === 'b' ? 'refused' : 'sent')),
  });
  const outcomes = await Promise.all(['a', 'b', 'c'].map((item) => batcher.add(item)));
  assert.deepEqual(outcomes, ['sent', 'refused', 'sent']);
});

test('a send that throws, or forgets an item, fails its own batch only', async () => {
  let sends = 0;
  const { batcher } = setUp({
    maxItems: 2,
    async send(items) {
      if (++sends === 1) throw new Error('connection lost');
      return sends === 2 ? ['one outcome'] : [...items];
    },
  });
  const outcomes = await Promise.allSettled(names(6).map((name) => batcher.add(name)));
  const failed = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? outcome.reason.message : outcome.value,
  );
  const forgotten = '2 items had 1 outcomes';
  assert.deepEqual(failed, ['connection lost', 'connection lost', forgotten, forgotten, 'n4', 'n5']);
});

test('an item that cannot be measured fails alone', async () => {
  const { batcher } = setUp({
    maxItems: 2,
    bytesOf(item) {
      if (item === 'odd') throw new TypeError('no bytes');
      return 1;
    },
  });
  const [a, odd, b] = [batcher.add('a'), batcher.add('odd'), batcher.add('b')];
  await assert.rejects(odd, /no bytes/);
  assert.deepEqual(await Promise.all([a, b]), ['a sent', 'b sent']);
});

test('what is above the bound of items or of bytes is refused, until there is room again', async () => {
  const { batcher, hold, answer } = setUp({ maxItems: 1, maxBufferedItems: 3, maxBufferedBytes: 100 });
  hold();
  const sending = batcher.add('sending');
  const waiting = [batcher.add('a:40'), batcher.add('b:40')];
  await assert.rejects(batcher.add('c:40'), { name: 'BatcherFull' });
  waiting.push(batcher.add('d:1'));
  await assert.rejects(batcher.add('e:1'), { name: 'BatcherFull' });
  await answer();
  waiting.push(batcher.add('f:1'));
  for (let left = waiting.length; left > 0; left--) await answer();
  await Promise.all([sending, ...waiting]);
});

test('stop sends what is buffered, waits for it, and takes nothing more', async () => {
  const { clock, batches, batcher, hold, answer } = setUp({ maxItems: 2 });
  hold();
  const all = names(5).map((name) => batcher.add(name));
  let stopped = false;
  const stopping = batcher.stop().then(() => {
    stopped = true;
  });
  await assert.rejects(batcher.add('late'), { name: 'BatcherFull' });
  for (let batch = 0; batch < 3; batch++) {
    assert.equal(stopped, false);
    await answer();
  }
  await stopping;
  await Promise.all(all);
  assert.deepEqual(batches.flat(), names(5));
  assert.equal(clock.pendingTimers, 0);
});

test('stop does not wait for the time of a batch that is not full', async () => {
  const { batcher } = setUp();
  const item = batcher.add('a');
  await batcher.stop();
  assert.equal(await item, 'a sent');
});

const turnOfLoop = <Value>(value: Value) =>
  new Promise<Value>((resolve) => setImmediate(() => resolve(value)));
