import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoId } from './demo-id.ts';
import { DemoRandom } from './demo-random.ts';

const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test('ids of two entities never meet, and are the same in every release', () => {
  const entities = ['user', 'address', 'shop', 'review', 'category', 'goods', 'order'];
  const firsts = entities.map((entity) => demoId(entity, 0));
  assert.equal(new Set(firsts).size, entities.length);
  assert.equal(demoId('shop', 1), 313_230_622_721n);
  assert.equal(demoId('shop', 20_000) - demoId('shop', 1), 19_999n);
});

test('a row has the same choices whichever rows were computed before', () => {
  const choices = (n: number) => {
    const random = DemoRandom.of('cow', n);
    return [random.next(), random.between(1, 6), random.pick(['a', 'b', 'c'])];
  };
  const backwards = numbersTo(100).toReversed().map(choices).toReversed();
  assert.deepEqual(numbersTo(100).map(choices), backwards);
});

test('rows beside each other and entities beside each other have nothing in common', () => {
  for (const draw of [0, 1, 2]) {
    const nth = (what: string, n: number) => {
      const random = DemoRandom.of(what, n);
      for (let skipped = 0; skipped < draw; skipped++) random.next();
      return random.next();
    };
    const samples = numbersTo(10_000).map((n) => [nth('cow', n), nth('cow', n + 1), nth('barn', n)] as const);
    const covariance = (one: 0 | 1 | 2, other: 0 | 1 | 2) =>
      samples.reduce((sum, row) => sum + (row[one] - 0.5) * (row[other] - 0.5), 0) / samples.length;
    // A twelfth is the variance of a uniform number; what chance alone leaves here is below 0.003.
    assert.ok(Math.abs(covariance(0, 0) - 1 / 12) < 0.004);
    assert.ok(Math.abs(covariance(0, 1)) < 0.004, `${covariance(0, 1)}`);
    assert.ok(Math.abs(covariance(0, 2)) < 0.004, `${covariance(0, 2)}`);
  }
});
