import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { RequestRate } from './request-rate.ts';

/** One Redis for all rates of a test: it counts, and says how long a key is blocked. */
function sharedCount(limit: number, blockedMs = 40_000) {
  const reports: [key: string, points: number][] = [];
  const sums = new Map<string, number>();
  return {
    reports,
    async add(key: string, points: number) {
      reports.push([key, points]);
      sums.set(key, (sums.get(key) ?? 0) + points);
      return (sums.get(key) ?? 0) > limit ? blockedMs : 0;
    },
  };
}

function setUp(limit: number, gateways = 1, maxClients?: number) {
  const clock = new VirtualClock();
  const shared = sharedCount(limit);
  const rates = Array.from(
    { length: gateways },
    () =>
      new RequestRate({
        clock,
        limit,
        shared,
        keyOf: (client) => `k:${client}`,
        ...(maxClients && { maxClients }),
      }),
  );
  const [rate] = rates;
  assert.ok(rate);
  return { clock, shared, rates, rate };
}

const reported = () => new Promise((resolve) => setImmediate(resolve));

/** Milliseconds to wait; 0 where the request may go on. */
function ask(rate: RequestRate, client = 'a'): number {
  try {
    rate.count(client);
    return 0;
  } catch (error) {
    assert.ok(AppError.is(error, 'RATE_LIMITED'));
    return error.detail.retryAfterMs;
  }
}

test('as many requests as are allowed, and one more when the minute is over', async () => {
  const { clock, rate } = setUp(5);
  for (let n = 0; n < 5; n++) assert.equal(ask(rate), 0);
  await clock.advance(20_000);
  assert.equal(ask(rate), 40_000);
  assert.equal(ask(rate, 'b'), 0);
  await clock.advance(40_000);
  assert.equal(ask(rate), 0);
});

test('a client far below its limit is nobody’s business but this process’s', () => {
  const { rate, shared } = setUp(10_000);
  for (let n = 0; n < 99; n++) ask(rate);
  assert.deepEqual(shared.reports, []);
  ask(rate);
  assert.deepEqual(shared.reports, [['k:a', 100]]);
});

test('several gateways share one limit, give or take a hundredth for each', async () => {
  const { rates, shared } = setUp(1_000, 4);
  let taken = 0;
  for (let n = 0; n < 1_000; n++) {
    for (const rate of rates) if (ask(rate) === 0) taken++;
    await Promise.resolve();
  }
  assert.ok(taken >= 1_000 && taken <= 1_000 + 4 * 20, `${taken}`);
  // Whoever is blocked is not counted any further.
  assert.ok(shared.reports.reduce((sum, [, points]) => sum + points, 0) <= 1_080);
});

test('it is blocked for as long as the others say, beyond its own minute', async () => {
  const { clock, rates } = setUp(2, 2);
  const [one, other] = rates as [RequestRate, RequestRate];
  ask(one);
  ask(one);
  await reported();
  assert.equal(ask(other), 0);
  await reported();
  assert.equal(ask(other), 40_000);
  await clock.advance(40_000);
  assert.equal(ask(other), 0);
});

test('requests that come while a report is under way are reported together after it', async () => {
  const clock = new VirtualClock();
  const reports: number[] = [];
  const gate = Promise.withResolvers<number>();
  const shared = {
    add(_key: string, points: number) {
      reports.push(points);
      return gate.promise;
    },
  };
  const rate = new RequestRate({ clock, limit: 100, shared, keyOf: (client) => client });
  for (let n = 0; n < 10; n++) ask(rate);
  assert.deepEqual(reports, [1]);
  gate.resolve(0);
  await reported();
  assert.deepEqual(reports, [1, 9]);
});

test('the number of clients is bounded', () => {
  const { rate } = setUp(1, 1, 2);
  for (const client of ['a', 'b', 'c']) assert.equal(ask(rate, client), 0);
  assert.ok(ask(rate, 'c') > 0);
  assert.equal(ask(rate, 'a'), 0);
});

test('a clock that was set back blocks nobody for longer than two minutes', async () => {
  let nowMs = 1_000_000_000;
  const clock = { now: () => nowMs, setTimer: () => ({ cancel() {} }) };
  const rate = new RequestRate({ clock, limit: 1, shared: sharedCount(9), keyOf: (client) => client });
  assert.equal(ask(rate), 0);
  nowMs -= 3_600_000;
  assert.equal(ask(rate), 0);
});
