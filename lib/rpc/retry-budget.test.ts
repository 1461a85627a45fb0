import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { RetryBudget } from './retry-budget.ts';

function setUp() {
  const clock = new VirtualClock();
  return { clock, budget: new RetryBudget(clock) };
}

function earn(budget: RetryBudget, requests: number): void {
  for (let request = 0; request < requests; request++) budget.earn();
}

function spendAll(budget: RetryBudget): number {
  let retries = 0;
  while (budget.spend()) retries++;
  return retries;
}

test('a client that has just started may retry ten times', () => {
  assert.equal(spendAll(setUp().budget), 10);
});

test('ten requests pay for one retry, whatever time it is', () => {
  const { budget } = setUp();
  spendAll(budget);
  earn(budget, 9);
  assert.equal(budget.spend(), false);
  // One more than ten: tenths do not add up to one exactly.
  earn(budget, 2);
  assert.equal(budget.spend(), true);
  assert.equal(budget.spend(), false);
});

test('a client with few requests may retry once a second, and saves ten retries at most', async () => {
  const { clock, budget } = setUp();
  spendAll(budget);
  await clock.advance(999);
  assert.equal(budget.spend(), false);
  await clock.advance(1);
  assert.equal(budget.spend(), true);
  await clock.advance(3_600_000);
  assert.equal(spendAll(budget), 10);
});

test('what many requests have earned is kept up to a hundred retries, and time adds nothing to it', async () => {
  const { clock, budget } = setUp();
  earn(budget, 1_000_000);
  await clock.advance(3_600_000);
  assert.equal(spendAll(budget), 100);
});

test('a clock that goes back earns nothing and loses nothing', () => {
  const { clock, budget } = setUp();
  spendAll(budget);
  clock.jump(-60_000);
  assert.equal(budget.spend(), false);
  clock.jump(1_000);
  assert.equal(budget.spend(), true);
});
