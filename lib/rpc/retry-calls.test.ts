import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import type { RpcCall } from './interceptor.ts';
import { RecordedCalls } from './recorded-calls.ts';
import { RetryBudget } from './retry-budget.ts';
import { type RepeatableRpcs, retryCalls } from './retry-calls.ts';
import { testCall } from './test-call.ts';

const { path } = testCall().method;

interface SetUp {
  readonly repeatableRpcs?: RepeatableRpcs;
  readonly random?: () => number;
}

/** `answer` gets the number of the attempt, from 1. */
function setUp(
  answer: (attempt: number) => Promise<unknown>,
  { repeatableRpcs = { [path]: 'always' }, random = () => 0 }: SetUp = {},
) {
  const clock = new VirtualClock();
  const { metrics, retries } = new RecordedCalls();
  const budget = new RetryBudget(clock);
  const startMs = clock.now();
  const sentAtMs: number[] = [];
  const send = retryCalls({ clock, metrics, budget, repeatableRpcs, random })(() => {
    sentAtMs.push(clock.now() - startMs);
    return answer(sentAtMs.length);
  });
  return {
    clock,
    retries,
    sentAtMs,
    send,
    /** What becomes of a call when time passes. */
    async outcome(call: RpcCall = testCall()): Promise<unknown> {
      const settled = send(call).catch((error: unknown) => error);
      // The first attempt fails now, before the clock moves.
      await clock.advance(0);
      await clock.advance(1_000);
      return settled;
    },
  };
}

const unavailable = (retryAfterMs = 0) => new AppError('UNAVAILABLE', { retryAfterMs });
/** What a transport makes of a connection that broke. */
const broken = () => new AppError('UNAVAILABLE', { retryAfterMs: 1_000 }, { cause: new Error('reset') });
const failing = (error: () => AppError) => () => Promise.reject(error());

function assertRetried(error: unknown, isRetried: boolean): void {
  assert.ok(AppError.is(error, 'UNAVAILABLE'));
  assert.equal(error.isRetried, isRetried);
}

test('a call that succeeds is sent once, without a timer or a listener', async () => {
  const { clock, retries, send, sentAtMs } = setUp(async () => 'answer');
  const { signal } = new AbortController();
  assert.equal(await send(testCall({ signal })), 'answer');
  assert.deepEqual([sentAtMs, retries, clock.pendingTimers], [[0], [], 0]);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

for (const [what, error] of [
  ['a connection that broke', broken],
  ['a server that refuses', unavailable],
] as const) {
  test(`${what}: the call is sent again until it is answered`, async () => {
    const { outcome, retries } = setUp(async (attempt) => {
      if (attempt < 3) throw error();
      return 'answer';
    });
    assert.equal(await outcome(), 'answer');
    assert.deepEqual(retries, ['failed', 'recovered']);
  });

  test(`${what} for good: three attempts in all, then the error bears the mark`, async () => {
    const { outcome, retries, sentAtMs } = setUp(failing(error));
    assertRetried(await outcome(), true);
    assert.equal(sentAtMs.length, 3);
    assert.deepEqual(retries, ['failed', 'failed']);
  });
}

test('the mark changes neither the detail nor what is logged', async () => {
  const { outcome } = setUp(failing(broken));
  const error = await outcome();
  assert.ok(AppError.is(error, 'UNAVAILABLE'));
  assert.equal(error.detail.retryAfterMs, 1_000);
  assert.match(String(error.cause), /reset/);
});

test('the back-off is drawn from 10 to 25 ms, then from 10 to 50 ms', async () => {
  const soonest = setUp(failing(unavailable), { random: () => 0 });
  await soonest.outcome();
  assert.deepEqual(soonest.sentAtMs, [0, 10, 20]);
  const latest = setUp(failing(unavailable), { random: () => 1 });
  await latest.outcome();
  assert.deepEqual(latest.sentAtMs, [0, 25, 75]);
});

test('a server that names a time is asked no sooner, and not at all if it is over 100 ms', async () => {
  const patient = setUp(failing(() => unavailable(100)));
  assertRetried(await patient.outcome(), true);
  assert.deepEqual(patient.sentAtMs, [0, 100, 200]);
  const long = setUp(failing(() => unavailable(101)));
  assertRetried(await long.outcome(), false);
  assert.deepEqual([long.sentAtMs, long.retries], [[0], []]);
});

test('a server that names a long time after a retry is left alone, and the error bears the mark', async () => {
  const { outcome, sentAtMs } = setUp(async (attempt) => {
    throw unavailable(attempt === 1 ? 0 : 1_000);
  });
  assertRetried(await outcome(), true);
  assert.equal(sentAtMs.length, 2);
});

test('what was retried below is not retried here', async () => {
  const { outcome, retries, sentAtMs } = setUp(failing(() => unavailable().asRetried()));
  assertRetried(await outcome(), true);
  assert.deepEqual([sentAtMs, retries], [[0], []]);
});

test('other errors are not retried, nor is one that follows a retry', async () => {
  for (const code of ['INTERNAL', 'DEADLINE_EXCEEDED', 'CANCELLED', 'UNAUTHENTICATED'] as const) {
    const first = setUp(failing(() => new AppError(code, {})));
    assert.ok(AppError.is(await first.outcome(), code));
    assert.equal(first.sentAtMs.length, 1);
    const second = setUp(async (attempt) => {
      throw attempt === 1 ? unavailable() : new AppError(code, {});
    });
    const error = await second.outcome();
    assert.ok(AppError.is(error, code));
    assert.equal(error.isRetried, false);
    assert.equal(second.sentAtMs.length, 2);
  }
});

test('a call that may have an effect is sent again only with its key', async () => {
  const attempts = async (repeatableRpcs: RepeatableRpcs, request: object) => {
    const { outcome, sentAtMs } = setUp(failing(unavailable), { repeatableRpcs });
    assertRetried(await outcome({ ...testCall(), request }), sentAtMs.length > 1);
    return sentAtMs.length;
  };
  assert.equal(await attempts({ [path]: 'with key' }, { idempotencyKey: 'key-0001' }), 3);
  assert.equal(await attempts({ [path]: 'with key' }, { idempotencyKey: '' }), 1);
  assert.equal(await attempts({ [path]: 'with key' }, {}), 1);
  assert.equal(await attempts({}, { idempotencyKey: 'key-0001' }), 1);
});

test('no attempt is made for which no time is left', async () => {
  const late = setUp(failing(unavailable));
  assertRetried(await late.outcome(testCall({ deadlineMs: late.clock.now() + 10 })), false);
  assert.deepEqual([late.sentAtMs, late.retries], [[0], ['no_time']]);
  const later = setUp(failing(unavailable));
  assertRetried(await later.outcome(testCall({ deadlineMs: later.clock.now() + 20 })), true);
  assert.deepEqual(
    [later.sentAtMs, later.retries],
    [
      [0, 10],
      ['failed', 'no_time'],
    ],
  );
});

test('a caller that goes away during the back-off ends the call at once', async () => {
  const { clock, send, sentAtMs } = setUp(failing(unavailable));
  const caller = new AbortController();
  const call = send(testCall({ signal: caller.signal })).catch((error: unknown) => error);
  await clock.advance(0);
  assert.equal(clock.pendingTimers, 1);
  await clock.advance(5);
  caller.abort();
  assert.ok(AppError.is(await call, 'CANCELLED'));
  await clock.advance(1_000);
  assert.deepEqual(sentAtMs, [0]);
  assert.equal(clock.pendingTimers, 0);
});

test('a service that fails everything gets a tenth more than the requests, not three times as many', async () => {
  const { clock, retries, send, sentAtMs } = setUp(failing(unavailable));
  const requests = 1_000;
  const calls = Array.from({ length: requests }, () => send(testCall()).catch((error: unknown) => error));
  await clock.advance(0);
  await clock.advance(1_000);
  for (const error of await Promise.all(calls)) assertRetried(error, true);
  const sent = sentAtMs.length;
  assert.ok(sent > requests && sent <= requests * 1.1 + 10, `${sent} attempts`);
  assert.ok(retries.includes('no_budget'));
});
