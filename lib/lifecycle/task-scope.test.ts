import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { runSafe } from './run-safe.ts';
import { TaskScope } from './task-scope.ts';

function setUp(maxTasks = 1_000) {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const logs: Record<string, unknown>[] = [];
  const logger = createLogger({
    format: 'json',
    output: { write: (line: string) => void logs.push(JSON.parse(line)) },
  });
  return { clock, metrics, logs, logger, scope: new TaskScope({ clock, metrics, logger, maxTasks }) };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

test('stop aborts the tasks and waits for their end', async () => {
  const { scope } = setUp();
  let cleanedUp = false;
  scope.run('poll', async (signal) => {
    await untilAborted(signal);
    await new Promise((resolve) => setImmediate(resolve));
    cleanedUp = true;
  });
  assert.deepEqual(scope.running, ['poll']);
  assert.deepEqual(await scope.stop(), []);
  assert.equal(cleanedUp, true);
  assert.deepEqual(scope.running, []);
});

test('a task that does not end is named when the time is over', async () => {
  const { scope, clock, logs } = setUp();
  scope.run('good', untilAborted);
  scope.run('deaf', () => new Promise(() => {}));
  const stopped = scope.stop(2_000);
  await clock.advance(2_000);
  assert.deepEqual(await stopped, ['deaf']);
  assert.deepEqual(logs.at(-1)?.['tasks'], ['deaf']);
});

test('a failing task is logged and counted and harms no other', async () => {
  const { scope, clock, logs, metrics } = setUp();
  scope.run('other', untilAborted);
  scope.run('bad', () => Promise.reject(new Error('boom')));
  await clock.advance(0);
  assert.deepEqual(scope.running, ['other']);
  assert.equal(logs[0]?.['task'], 'bad');
  assert.match(await metrics.text(), /tiffin_task_failures_total\{task="bad"\} 1/);
  await scope.stop();
});

test('a full or stopped scope refuses', async () => {
  const { scope } = setUp(1);
  assert.equal(scope.run('a', untilAborted), true);
  assert.equal(scope.run('b', untilAborted), false);
  await scope.stop();
  assert.equal(scope.run('c', untilAborted), false);
});

test('repeat runs each interval, past failures, until the scope stops', async () => {
  const { scope, clock } = setUp();
  let rounds = 0;
  scope.repeat('renew', 1_000, async () => {
    rounds += 1;
    throw new Error('try again');
  });
  await clock.advance(3_500);
  assert.equal(rounds, 3);
  assert.deepEqual(await scope.stop(), []);
  await clock.advance(5_000);
  assert.equal(rounds, 3);
  assert.equal(clock.pendingTimers, 0);
});

test('runSafe gives the value, or undefined after a throw, a synchronous one too', async () => {
  const net = setUp();
  assert.equal(await runSafe(net, 'sum', () => 2), 2);
  const thrown = await runSafe(net, 'sum', () => {
    throw new Error('no');
  });
  assert.equal(thrown, undefined);
});
