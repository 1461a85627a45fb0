import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { Running } from '../lifecycle/lifecycle.ts';
import type { Job } from '../service/service.ts';
import type { ServiceTask } from '../service/service-task.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { BackgroundWork } from './background-work.ts';
import type { ProcessBus } from './engines.ts';

interface Work {
  readonly jobs?: readonly string[];
  readonly tasks?: readonly ServiceTask[];
  readonly subscribe?: ProcessBus['subscribe'];
}

function backgroundOf({ jobs = [], tasks = [], subscribe = async () => {} }: Work) {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const done: string[] = [];
  const bus: ProcessBus = {
    send: async () => [],
    async subscribe(job) {
      await subscribe(job);
      done.push(`subscribed ${job.consumer}`);
    },
    begin: () => void done.push('begun'),
    stop: async () => void done.push('bus stopped'),
  };
  const background = new BackgroundWork({ clock, metrics, logger: silentLogger });
  background.add({ jobs: jobs.map((consumer) => ({ consumer }) as Job), tasks });
  const component = background.component({ bus: () => bus });
  return { clock, metrics, done, background, start: () => component.start(new AbortController().signal) };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

test('every job has subscribed before the first task runs, and all tasks have ended before the bus stops', async () => {
  const task: ServiceTask = {
    name: 'send',
    async run(signal) {
      done.push('task runs');
      await untilAborted(signal);
      done.push('task ended');
    },
  };
  const { done, start, clock } = backgroundOf({ jobs: ['one', 'two'], tasks: [task] });
  const running = await start();
  await running?.stop();
  assert.deepEqual(done, [
    'subscribed one',
    'subscribed two',
    'begun',
    'task runs',
    'task ended',
    'bus stopped',
  ]);
  assert.equal(clock.pendingTimers, 0);
});

test('what services have gathered is sent when tasks have ended and before the bus stops, and a failure there holds nothing', async () => {
  const { done, start, background } = backgroundOf({});
  background.add({ jobs: [], tasks: [], flush: () => Promise.reject(new Error('away')) });
  background.add({ jobs: [], tasks: [], flush: async () => void done.push('flushed') });
  const running = await start();
  await running?.stop();
  assert.deepEqual(done, ['begun', 'flushed', 'bus stopped']);
});

test('a task that fails is counted and runs again after 1 s, 2 s, 4 s, at most 30 s; one that returns is done', async () => {
  const atMs: number[] = [];
  const failing: ServiceTask = {
    name: 'failing',
    async run() {
      atMs.push(clock.now() - beganMs);
      throw new Error('away');
    },
  };
  let doneCount = 0;
  const once: ServiceTask = { name: 'once', run: async () => void doneCount++ };
  const { start, clock, metrics } = backgroundOf({ tasks: [failing, once] });
  const beganMs = clock.now();
  const running = await start();
  await clock.advance(0);
  await clock.advance(92_000);
  assert.deepEqual(atMs, [0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000]);
  assert.equal(doneCount, 1);
  assert.match(await metrics.text(), /tiffin_task_failures_total\{task="failing"\} 8/);
  await running?.stop();
  assert.equal(clock.pendingTimers, 0);
});

test('a broker that is away delays the start by 5 s at most, and jobs subscribe once it is back', async () => {
  let isAway = true;
  const attempts: string[] = [];
  const { done, start, clock } = backgroundOf({
    jobs: ['refused', 'hangs'],
    async subscribe({ consumer }) {
      attempts.push(consumer);
      if (!isAway) return;
      if (consumer === 'refused') throw new Error('connection refused');
      await waited;
    },
  });
  const { promise: waited, resolve: answer } = Promise.withResolvers<void>();
  let running: Running | undefined;
  const starting = start().then((started) => (running = started));
  await clock.advance(5_000);
  await starting;
  assert.deepEqual(done, ['begun']);
  isAway = false;
  answer();
  await clock.advance(30_000);
  assert.deepEqual(done.toSorted(), ['begun', 'subscribed hangs', 'subscribed refused']);
  await running?.stop();
  assert.equal(clock.pendingTimers, 0);
});

test('what a start waits for cannot fail it', async () => {
  const background = new BackgroundWork({
    clock: new VirtualClock(),
    metrics: createMetrics(),
    logger: silentLogger,
  });
  const tasks: ServiceTask[] = [
    { name: 'failing', beforeReady: () => Promise.reject(new Error('away')), run: async () => {} },
  ];
  assert.equal(await background.prepare(tasks, new AbortController().signal), tasks);
});
