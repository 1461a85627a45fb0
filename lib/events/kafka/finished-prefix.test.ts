import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DemoRandom } from '../../demo/demo-random.ts';
import { FinishedPrefix } from './finished-prefix.ts';

test('grows only without a gap', () => {
  const prefix = new FinishedPrefix(4);
  const lengths = [2, 0, 1, 3].map((index) => {
    prefix.finish(index);
    return prefix.length;
  });
  assert.deepEqual(lengths, [0, 1, 3, 4]);
  assert(prefix.isComplete);
});

test('never counts what is not finished, whatever the order (1,000 orders)', () => {
  for (let seed = 1; seed <= 1_000; seed++) {
    const random = new DemoRandom(seed);
    const size = random.between(1, 20);
    const waiting = Array.from({ length: size }, (_, index) => index);
    const prefix = new FinishedPrefix(size);
    while (waiting.length > 0) {
      const [index] = waiting.splice(random.between(0, waiting.length - 1), 1);
      prefix.finish(index ?? 0);
      assert.equal(prefix.length, Math.min(size, ...waiting), `seed ${seed}`);
    }
  }
});

test('is complete from the start where there is nothing to finish', () => {
  assert(new FinishedPrefix(0).isComplete);
});
