import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import {
  createDelayedTaskRunner,
  type DelayedTaskRunner,
  type DelayedTaskRunnerOptions,
} from './delayed-task-runner.ts';
import {
  createDelayedTasks,
  type DelayedTask,
  type DelayedTasks,
  type ScheduledTask,
} from './delayed-tasks.ts';
import {
  addTasks,
  laterSchema,
  readEffects,
  type WatchedDatabase,
  watchDatabase,
  writeEffect,
} from './delayed-test-bed.ts';
import type { DelayedTaskHandler } from './task-crew.ts';

/** Of the wheel, and what the runner waits for others. */
const TICK_MS = 200 + 5;
const STEP_MS = 50;
const LEASE_MS = 15_000;

let bed: TestDatabase;
let database: WatchedDatabase;
let clock: VirtualClock;
let startMs: number;
let metrics: Metrics;
let tasks: DelayedTasks;
/** Who is told of what is scheduled. */
let told: DelayedTaskRunner | undefined;
/** What handlers were called with. */
let calls: (DelayedTask & { atMs: number })[];
/** What they do then. */
let answer: DelayedTaskHandler;
let stops: (() => Promise<void>)[];

before(async () => {
  bed = await openTestDatabase(laterSchema);
});
after(() => bed.stop());
beforeEach(async () => {
  database = watchDatabase(bed.database);
  clock = new VirtualClock();
  startMs = clock.now();
  metrics = createMetrics();
  told = undefined;
  tasks = createDelayedTasks({ schema: 'later', onScheduled: (task) => told?.add(task) });
  calls = [];
  answer = async () => {};
  stops = [];
  await database.query('truncate later.delayed_task, later.effect');
});
afterEach(async () => {
  for (const stop of stops) await stop();
});

const ring: DelayedTaskHandler = (task, signal) => {
  calls.push({ ...task, atMs: clock.now() - startMs });
  return answer(task, signal);
};

/** Starts a runner; the answer ends it. Its clock stands still where it is another one: then it is as good as dead. */
async function start(options: Partial<DelayedTaskRunnerOptions> = {}) {
  const runner = createDelayedTaskRunner({
    database,
    clock,
    logger: silentLogger,
    metrics,
    handlers: { ring },
    ...options,
  });
  const abort = new AbortController();
  const running = runner.run(abort.signal);
  let isOver = false;
  const stop = async () => {
    if (isOver) return;
    isOver = true;
    abort.abort();
    for (const each of new Set([clock, options.clock ?? clock]))
      await database.pass(each as VirtualClock, 4_000);
    await running;
  };
  stops.push(stop);
  await database.quiet();
  return { runner, stop };
}

const schedule = (...some: { key: string; inMs: number; kind?: string }[]) =>
  database.transaction(async (em) => {
    for (const { key, inMs, kind = 'ring' } of some)
      await tasks.schedule(em, { kind, key, dueMs: clock.now() + inMs });
  });
const cancel = (key: string) => database.transaction((em) => tasks.cancel(em, 'ring', key));
const pass = (ms: number) => database.pass(clock, ms, STEP_MS);
const rows = () =>
  bed.database.query<{ key: string; attempts: number; last_error: string | null }>(
    'select key, attempts, last_error from later.delayed_task order by key',
  );
const timesOf = (key: string) => calls.filter((call) => call.key === key).map(({ atMs }) => atMs);
const assertSoonAfter = (atMs: number | undefined, wantedMs: number, withinMs = TICK_MS) =>
  assert.ok(
    atMs !== undefined && atMs >= wantedMs && atMs <= wantedMs + withinMs,
    `wanted ${wantedMs}, was ${atMs}`,
  );

test('a task that this process schedules is done at its time, to a tick, and its row is gone', async () => {
  const { runner } = await start();
  told = runner;
  await pass(350);
  const times = [0, 1, 199, 200, 1_234, 4_999, 59_000, 61_000, 200_000];
  await schedule(...times.map((inMs) => ({ key: `${inMs}`, inMs })));
  await database.pass(clock, 201_000, 100);
  assert.equal(calls.length, times.length);
  for (const inMs of times)
    assertSoonAfter(timesOf(`${inMs}`)[0], 350 + inMs, inMs < 20 ? 2 * TICK_MS : TICK_MS);
  assert.deepEqual(await rows(), []);
  assert.deepEqual(
    calls.map(({ attempt }) => attempt),
    times.map(() => 1),
  );
  const outcome = /tiffin_delayed_tasks_total\{schema="later",kind="ring",outcome="done"\} 9/;
  assert.match(await metrics.text(), outcome);
});

test('a task that another process schedules is done at its time, where that is not within seconds', async () => {
  await start();
  await schedule(
    { key: 'soon', inMs: 1_000 },
    { key: 'in time', inMs: 6_100 },
    { key: 'late', inMs: 90_000 },
  );
  await pass(100_000);
  assertSoonAfter(timesOf('soon')[0], 1_000, 5_000);
  assertSoonAfter(timesOf('in time')[0], 6_100);
  assertSoonAfter(timesOf('late')[0], 90_000);
});

test('what was rolled back is not done', async () => {
  told = (await start()).runner;
  const change = database.transaction(async (em) => {
    await tasks.schedule(em, { kind: 'ring', key: 'a', dueMs: clock.now() });
    throw new Error('changed my mind');
  });
  await assert.rejects(change, /changed my mind/);
  await pass(10_000);
  assert.deepEqual(calls, []);
});

test('tasks outlive the process: what fell due meanwhile is done at the start', async () => {
  const first = await start();
  told = first.runner;
  await schedule({ key: 'meanwhile', inMs: 10_000 }, { key: 'later', inMs: 40_000 });
  await first.stop();
  await pass(20_000);
  assert.deepEqual(calls, []);
  const startedMs = clock.now() - startMs;
  await start();
  assert.deepEqual(timesOf('meanwhile'), [startedMs]);
  await pass(30_000);
  assertSoonAfter(timesOf('later')[0], 40_000);
});

test('a moved task is done at its new time only, a cancelled one not at all', async () => {
  told = (await start()).runner;
  await schedule(
    { key: 'later', inMs: 2_000 },
    { key: 'sooner', inMs: 30_000 },
    { key: 'never', inMs: 2_000 },
  );
  await pass(1_000);
  await schedule({ key: 'later', inMs: 8_000 }, { key: 'sooner', inMs: 3_000 });
  assert.equal(await cancel('never'), true);
  assert.equal(await cancel('never'), false);
  await pass(60_000);
  assert.equal(calls.length, 2);
  assertSoonAfter(timesOf('later')[0], 9_000);
  assertSoonAfter(timesOf('sooner')[0], 4_000);
});

test('a move and a cancel of another process are seen at the claim', async () => {
  await start();
  await schedule({ key: 'later', inMs: 20_000 }, { key: 'never', inMs: 20_000 });
  await pass(19_000);
  await schedule({ key: 'later', inMs: 10_000 });
  await cancel('never');
  await pass(30_000);
  assert.deepEqual(
    calls.map(({ key }) => key),
    ['later'],
  );
  assertSoonAfter(timesOf('later')[0], 29_000);
});

test('a task that is moved while its handler is at it is done again at the new time', async () => {
  told = (await start()).runner;
  const { promise, resolve } = Promise.withResolvers<void>();
  answer = () => (calls.length === 1 ? promise : Promise.resolve());
  await schedule({ key: 'a', inMs: 1_000 });
  await pass(2_000);
  await schedule({ key: 'a', inMs: 5_000 });
  resolve();
  await pass(20_000);
  assert.equal(calls.length, 2);
  assertSoonAfter(timesOf('a')[1], 7_000);
});

test('a task that is cancelled and scheduled anew while its handler is at it is another task', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  answer = () => (calls.length === 1 ? promise : Promise.reject(new Error('not now')));
  const first = await start();
  told = first.runner;
  await schedule({ key: 'a', inMs: 0 });
  await pass(1_000);
  await cancel('a');
  await schedule({ key: 'a', inMs: 1_000 });
  await pass(1_500);
  assert.equal(calls.length, 2);
  assert.equal(calls[0]?.claims, calls[1]?.claims, 'only the id tells them apart');
  resolve();
  await pass(STEP_MS);
  assert.equal((await rows()).length, 1);
});

test('runners that share a table do each task once', async () => {
  for (let n = 0; n < 3; n++) await start();
  await addTasks(database, 300, clock.now() + 10_000);
  await pass(20_000);
  assert.equal(calls.length, 300);
  assert.equal(new Set(calls.map(({ key }) => key)).size, 300);
  assert.deepEqual(await rows(), []);
});

test('a task of a runner that died is done by another when its lease is over, and not before', async () => {
  const stillClock = new VirtualClock(clock.now());
  answer = () => (calls.length === 1 ? new Promise(() => {}) : Promise.resolve());
  await schedule({ key: 'a', inMs: 0 });
  await start({ clock: stillClock });
  assert.deepEqual(timesOf('a'), [0]);
  await start();
  await pass(20_000);
  assert.equal(calls.length, 2);
  assertSoonAfter(timesOf('a')[1], LEASE_MS);
  assert.deepEqual(await rows(), []);
});

test('a runner whose lease ended neither ends nor puts back what another has taken meanwhile', async () => {
  for (const late of ['done', 'failed'] as const) {
    calls = [];
    await database.query('truncate later.delayed_task');
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    answer = () => (calls.length === 1 ? first : second).promise;
    await schedule({ key: 'a', inMs: 0 });
    const frozenClock = new VirtualClock(clock.now());
    const frozen = await start({ clock: frozenClock });
    const other = await start();
    await pass(LEASE_MS + 1_000);
    assert.equal(calls.length, 2);
    if (late === 'done') first.resolve();
    else first.reject(new Error('late'));
    await database.pass(frozenClock, STEP_MS);
    assert.deepEqual(await rows(), [{ key: 'a', attempts: 0, last_error: null }], late);
    second.resolve();
    await pass(STEP_MS);
    assert.deepEqual(await rows(), []);
    await frozen.stop();
    await other.stop();
  }
});

test('ten thousand tasks of one moment are done once each, by few handlers, out of small answers', async () => {
  let atWork = 0;
  let most = 0;
  answer = async () => {
    most = Math.max(most, ++atWork);
    await database.watch(turn());
    atWork--;
  };
  await start({ maxAlarms: 3_000 });
  await addTasks(database, 10_000, clock.now() + 10_000);
  for (let second = 0; second < 100 && (await rows()).length > 0; second++) await pass(1_000);
  assert.equal(new Set(calls.map(({ key }) => key)).size, 10_000);
  assert.equal(calls.length, 10_000);
  assert.ok(calls.every(({ atMs }) => atMs >= 10_000));
  assert.equal(most, 8);
  assert.ok(database.mostRows <= 1_000, `${database.mostRows} rows at once`);
  assert.deepEqual(await rows(), []);
});

test('a failed task is tried again after 1 s, twice as long each time up to 60 s, and noted', async () => {
  answer = () => Promise.reject(new Error('not \0 now'));
  await start();
  await schedule({ key: 'a', inMs: 6_000 });
  await database.pass(clock, 240_000, 100);
  const gapsMs = calls.slice(1).map(({ atMs }, index) => atMs - (calls[index]?.atMs ?? 0));
  assert.equal(gapsMs.length, 8);
  for (const [index, wantedMs] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
    assertSoonAfter(gapsMs[index], wantedMs * 1_000, 2 * TICK_MS);
  }
  assert.deepEqual(
    calls.map(({ attempt }) => attempt),
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.deepEqual(await rows(), [{ key: 'a', attempts: 9, last_error: 'not  now' }]);
  const text = await metrics.text();
  assert.match(text, /tiffin_delayed_tasks_total\{schema="later",kind="ring",outcome="failed"\} 9/);
  const overdue = Number(/oldest_overdue_seconds\{schema="later"\} (\S+)/.exec(text)?.[1]);
  assert.ok(overdue > 225 && overdue <= 235, `overdue for ${overdue} s`);
  answer = async () => {};
  await database.pass(clock, 70_000, 100);
  assert.deepEqual(await rows(), []);
  assert.match(await metrics.text(), /tiffin_delayed_tasks_oldest_overdue_seconds\{schema="later"\} 0/);
});

test('a handler that takes too long is told so, and its task is tried again', async () => {
  let reason: unknown;
  answer = (task, signal) => {
    assert.equal(task.deadlineMs, clock.now() + 2_000);
    signal.addEventListener('abort', () => {
      reason = signal.reason;
    });
    return calls.length === 1 ? new Promise(() => {}) : Promise.resolve();
  };
  await schedule({ key: 'a', inMs: 0 });
  await start({ handlerTimeoutMs: 2_000 });
  await pass(1_950);
  assert.equal(reason, undefined);
  await pass(50);
  assert.match(String(reason), /did not end before its deadline/);
  await pass(1_300);
  assert.equal(calls.length, 2);
  assert.deepEqual(await rows(), []);
});

test('a handler that throws before it awaits anything has failed like others', async () => {
  answer = () => {
    throw new Error('at once');
  };
  await schedule({ key: 'a', inMs: 0 });
  await start();
  await pass(STEP_MS);
  assert.deepEqual(await rows(), [{ key: 'a', attempts: 1, last_error: 'at once' }]);
});

test('a slow handler delays no other task', async () => {
  answer = (task) => (task.key === 'slow' ? new Promise(() => {}) : Promise.resolve());
  told = (await start({ maxRunning: 2 })).runner;
  await schedule({ key: 'slow', inMs: 0 }, ...[1, 2, 3].map((n) => ({ key: `${n}`, inMs: 1_000 * n })));
  await pass(4_000);
  for (const n of [1, 2, 3]) assertSoonAfter(timesOf(`${n}`)[0], 1_000 * n);
});

test('tasks of a kind that nobody here does are left alone', async () => {
  await schedule({ kind: 'sing', key: 'a', inMs: 0 });
  await start();
  await pass(10_000);
  assert.deepEqual(await rows(), [{ key: 'a', attempts: 0, last_error: null }]);
  assert.throws(() => createDelayedTaskRunner({ ...platform(), handlers: {} }), RangeError);
});

test('a running runner outlives a database that fails', async () => {
  let failures = 5;
  const query: WatchedDatabase['query'] = (sql, parameters) =>
    failures-- > 0 ? Promise.reject(new Error('connection lost')) : database.query(sql, parameters);
  await schedule({ key: 'a', inMs: 0 });
  await start({ database: { schema: 'later', query } });
  await pass(10_000);
  assert.deepEqual(await rows(), []);
  assert.match(await metrics.text(), /tiffin_delayed_tasks_failed_rounds_total\{schema="later"\} 5/);
});

test('an end that the database did not take is written later', async () => {
  let refuse = false;
  const query: WatchedDatabase['query'] = (sql, parameters) =>
    refuse ? Promise.reject(new Error('connection lost')) : database.query(sql, parameters);
  answer = async () => {
    refuse = true;
  };
  await schedule({ key: 'a', inMs: 0 });
  await start({ database: { schema: 'later', query } });
  await pass(5_000);
  assert.equal((await rows()).length, 1);
  refuse = false;
  await pass(2_000);
  assert.deepEqual(await rows(), []);
  assert.equal(calls.length, 1);
});

test('a runner that is stopped lets handlers end, and gives back what does not', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  answer = (task, signal) => {
    if (task.key === 'quick') return promise;
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  const { stop } = await start();
  await schedule({ key: 'quick', inMs: 0 }, { key: 'slow', inMs: 0 });
  await pass(5_000);
  assert.equal(calls.length, 2);
  const stopping = stop();
  resolve();
  await stopping;
  assert.equal(clock.pendingTimers, 0);
  assert.deepEqual(await rows(), [{ key: 'slow', attempts: 0, last_error: null }]);
  await start();
  assert.equal(timesOf('slow').length, 2, 'no lease is waited for');
});

for (const isCareful of [true, false]) {
  const title = isCareful
    ? 'an effect that completes its task comes once, although the process dies after it'
    : 'control: an effect that does not complete its task comes twice when the process dies after it';
  test(title, async () => {
    answer = async (task) => {
      await database.transaction(async (em) => {
        if (isCareful && !(await tasks.complete(em, task))) return;
        await writeEffect(em, task.key, 'any');
      });
      if (calls.length === 1) await new Promise(() => {});
    };
    await schedule({ key: 'a', inMs: 0 });
    await start({ clock: new VirtualClock(clock.now()) });
    await start();
    await pass(20_000);
    assert.deepEqual(await readEffects(database), { keys: 1, effects: isCareful ? 1 : 2 });
    assert.deepEqual(await rows(), []);
  });
}

test('a task that was moved or cancelled cannot be completed', async () => {
  const completed: boolean[] = [];
  const changed = Promise.withResolvers<void>();
  answer = async (task) => {
    await changed.promise;
    completed.push(await database.transaction((em) => tasks.complete(em, task)));
  };
  await schedule({ key: 'moved', inMs: 0 }, { key: 'cancelled', inMs: 0 }, { key: 'same', inMs: 0 });
  await start();
  assert.equal(calls.length, 3);
  await schedule({ key: 'moved', inMs: 60_000 });
  await cancel('cancelled');
  changed.resolve();
  await pass(STEP_MS);
  assert.deepEqual(completed.toSorted(), [false, false, true]);
  assert.deepEqual(
    (await rows()).map(({ key }) => key),
    ['moved'],
  );
});

test('a time that is none fails the transaction', async () => {
  const task: ScheduledTask = { kind: 'ring', key: 'a', dueMs: Number.NaN };
  await assert.rejects(
    database.transaction((em) => tasks.schedule(em, task)),
    RangeError,
  );
});

const platform = () => ({ database, clock, logger: silentLogger, metrics });
