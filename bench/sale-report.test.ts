import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuOf, type Measurement, type Rush, rushLines, verdictOf } from './sale-report.ts';

const before = { activity: 100, gateway: 0, redis: 10, postgres: 50 };
const after = { activity: 500, gateway: 0, redis: 30, postgres: 250 };

/** One whose CPU of PostgreSQL is known or not. */
function rushOf(refused: number, postgres: number | undefined): Rush {
  const cpu = cpuOf(before, { ...after, postgres }, 10);
  const measurement = { cpu, answers: new Map(), filters: new Map(), seconds: 1, p50: 1, p99: 1 };
  return { measurement: measurement as unknown as Measurement, accepted: 100, refused, ownRatio: 0.2 };
}

test('the CPU of a join is that of all that takes part, or of all that is known', () => {
  assert.deepEqual(cpuOf(before, after, 10), { activity: 40, redis: 2, postgres: 20, sum: 62 });
  const unknown = cpuOf(before, { ...after, postgres: undefined }, 10);
  assert.deepEqual(unknown, { activity: 40, redis: 2, postgres: undefined, sum: 42 });
});

test('the bar holds or is missed by the median', () => {
  const [low, high] = [rushOf(10, 250), rushOf(30, 250)];
  assert.deepEqual([verdictOf([low, low, high]).holds, verdictOf([low, high, high]).holds], [true, false]);
});

test('there is no verdict without the CPU of PostgreSQL, however well the rest does', () => {
  const rushes = [rushOf(10, 250), rushOf(10, 250), rushOf(10, undefined)];
  const { text, holds } = verdictOf(rushes);
  assert.equal(holds, undefined);
  assert.match(text, /^NO VERDICT without PostgreSQL/);
  assert.doesNotMatch(text, /holds/);
  assert.match(rushLines(rushes), /µs of CPU without PostgreSQL/);
});
