import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { createMetrics, type Metrics } from '@tiffin/lib/telemetry/metrics';
import { callBy, userWith } from '@tiffin/lib/testing/call-by';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { createStockReleases, type StockReleases } from './stock-releases.ts';

let clock: VirtualClock;
let metrics: Metrics;
let tasks: TaskScope;
let releases: StockReleases;
/** Every attempt: how long after the start, and on whose behalf. */
let attempts: { atMs: number; context: CallContext }[];
let failures: number;
let logged: unknown[];
beforeEach(() => {
  clock = new VirtualClock(1_000_000);
  metrics = createMetrics();
  tasks = new TaskScope({ clock, metrics, logger: silentLogger });
  attempts = [];
  failures = 0;
  logged = [];
  const stock = {
    async releaseStock(_request: unknown, context: CallContext) {
      attempts.push({ atMs: clock.now() - 1_000_000, context });
      if (failures-- > 0) throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
      return {};
    },
  };
  const logger = { error: (fields: unknown) => void logged.push(fields) } as Pick<
    typeof silentLogger,
    'error'
  >;
  releases = createStockReleases({ clock, metrics, stock, tasks, logger });
});

const call = (leftMs = 5_000): CallContext => ({
  ...callBy(userWith('1', 'CUSTOMER')),
  deadlineMs: clock.now() + leftMs,
});
const attemptTimes = () => attempts.map(({ atMs }) => atMs);
const givenUp = async () =>
  Number(/^tiffin_order_failed_releases_total (\d+)$/m.exec(await metrics.text())?.[1]);

/** Whether the release has answered its caller by now. */
function watch(release: Promise<void>): () => boolean {
  let isAnswered = false;
  void release.then(() => {
    isAnswered = true;
  });
  return () => isAnswered;
}

test('a release goes out at once, on our own behalf, with a budget of its own', async () => {
  await releases.release(call(10), '5');
  assert.deepEqual(attemptTimes(), [0]);
  const { identity, requestId, deadlineMs } = attempts[0]?.context ?? assert.fail();
  assert.deepEqual(identity, { kind: 'service', name: 'order' });
  assert.equal(requestId, 'test');
  assert.equal(deadlineMs, clock.now() + 2_000);
  assert.deepEqual([await givenUp(), logged.length, tasks.running.length], [0, 0, 0]);
});

test('a release that fails is tried again, after longer and longer waits', async () => {
  failures = 3;
  const isAnswered = watch(releases.release(call(), '5'));
  await clock.advance(0);
  await clock.advance(10_000);
  assert.ok(isAnswered());
  assert.deepEqual(attemptTimes(), [0, 100, 500, 2_100]);
  assert.deepEqual([await givenUp(), logged.length], [0, 0]);
});

test('one that keeps failing is given up: counted, logged with its order, and no error for the caller', async () => {
  failures = 99;
  const release = releases.release(call(), '5');
  await clock.advance(10_000);
  await release;
  assert.equal(attempts.length, 4);
  assert.equal(await givenUp(), 1);
  assert.equal((logged[0] as { orderId: string }).orderId, '5');
  assert.equal(logged.length, 1);
});

test('the caller waits a second at most, and no more than half of its budget; the release goes on', async () => {
  for (const [leftMs, waitMs] of [
    [5_000, 1_000],
    [800, 400],
    [0, 0],
  ] as const) {
    failures = 99;
    attempts = [];
    const isAnswered = watch(releases.release(call(leftMs), '5'));
    if (waitMs > 0) {
      await clock.advance(waitMs - 1);
      assert.ok(!isAnswered());
    }
    await clock.advance(1);
    assert.ok(isAnswered());
    await clock.advance(10_000);
    assert.equal(attempts.length, 4);
  }
});

test('a caller that went away does not stop its release', async () => {
  failures = 1;
  const gone = AbortSignal.abort(new AppError('CANCELLED', {}));
  void releases.release({ ...call(), signal: gone }, '5');
  await clock.advance(10_000);
  assert.equal(attempts.length, 2);
  assert.ok(!attempts[1]?.context.signal.aborted);
  assert.equal(await givenUp(), 0);
});

test('what the order needs after all is kept, and what cannot be told is asked again', async () => {
  await releases.release(call(), '5', async () => true);
  assert.equal(attempts.length, 0);
  let questions = 0;
  const release = releases.release(call(), '6', async () => {
    if (questions++ === 0) throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
    return false;
  });
  await clock.advance(0);
  await clock.advance(10_000);
  await release;
  assert.deepEqual(attemptTimes(), [100]);
  assert.equal(await givenUp(), 0);
});

test('a stop ends the waits between attempts and counts what they leave', async () => {
  failures = 99;
  void releases.release(call(), '5');
  await clock.advance(50);
  const stopped = tasks.stop();
  await clock.advance(0);
  assert.deepEqual(await stopped, []);
  assert.deepEqual([attempts.length, await givenUp()], [1, 1]);
  await releases.release(call(), '6');
  assert.deepEqual([attempts.length, await givenUp()], [1, 2]);
});
