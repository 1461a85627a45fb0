import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { type Component, Lifecycle, type ProcessEvents, type Running, StartError } from './lifecycle.ts';

class FakeProcess extends EventEmitter implements ProcessEvents {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

function setUp() {
  const clock = new VirtualClock();
  const processEvents = new FakeProcess();
  const metrics = createMetrics();
  const logs: { msg: string; level: string; [field: string]: unknown }[] = [];
  const logger = createLogger({
    format: 'json',
    output: { write: (line: string) => void logs.push(JSON.parse(line)) },
  });
  const lifecycle = new Lifecycle({ clock, logger, metrics, processEvents, startTimeoutMs: 10_000 });
  const events: string[] = [];
  const component = (name: string, running: Partial<Running> = {}): Component => ({
    name,
    async start() {
      events.push(`start ${name}`);
      return {
        stop: async () => void events.push(`stop ${name}`),
        ...running,
      };
    },
  });
  return { clock, processEvents, metrics, logs, lifecycle, events, component };
}

test('starts in order, drains, stops in reverse and exits with 0', async () => {
  const { clock, processEvents, lifecycle, events, component } = setUp();
  await lifecycle.start([component('a'), component('b')]);
  assert.equal(lifecycle.ready, true);

  processEvents.emit('SIGTERM');
  assert.equal(lifecycle.ready, false);
  await clock.advance(999);
  assert.deepEqual(events, ['start a', 'start b'], 'nothing stops while load balancers look away');
  await clock.advance(1);
  assert.deepEqual(events, ['start a', 'start b', 'stop b', 'stop a']);
  assert.deepEqual(processEvents.exits, [0]);
  assert.equal(processEvents.listenerCount('SIGTERM'), 0);
});

test('waits for each stop before the next', async () => {
  const { clock, lifecycle, events, component } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  await lifecycle.start([component('a'), component('b', { stop: () => promise })]);
  void lifecycle.stop('test');
  await clock.advance(2_000);
  assert.equal(events.includes('stop a'), false);
  resolve();
  await clock.advance(0);
  assert.equal(events.includes('stop a'), true);
});

test('a component that hangs is named at the hard limit, and the exit code tells', async () => {
  const { clock, processEvents, lifecycle, logs, component } = setUp();
  await lifecycle.start([component('a'), component('b', { stop: () => new Promise(() => {}) })]);
  processEvents.emit('SIGINT');
  await clock.advance(5_499);
  assert.deepEqual(processEvents.exits, []);
  await clock.advance(1);
  assert.deepEqual(processEvents.exits, [1]);
  const fatal = logs.find(({ level }) => level === 'fatal');
  assert.deepEqual([fatal?.msg, fatal?.['notStopped']], ['b did not stop in time', ['a']]);
});

test('a stop that throws does not keep the others from stopping', async () => {
  const { clock, processEvents, lifecycle, events, component } = setUp();
  await lifecycle.start([component('a'), component('b', { stop: () => Promise.reject(new Error('no')) })]);
  void lifecycle.stop('test');
  await clock.advance(1_000);
  assert.equal(events.at(-1), 'stop a');
  assert.deepEqual(processEvents.exits, [1]);
});

test('a second signal exits at once, an echo of the first does not', async () => {
  const { clock, processEvents, lifecycle, component } = setUp();
  await lifecycle.start([component('a', { stop: () => new Promise(() => {}) })]);
  processEvents.emit('SIGINT');
  await clock.advance(100);
  processEvents.emit('SIGINT');
  assert.deepEqual(processEvents.exits, []);
  await clock.advance(400);
  processEvents.emit('SIGINT');
  assert.deepEqual(processEvents.exits, [130]);
});

test('one component dies: all stop, with code 1', async () => {
  const { clock, processEvents, lifecycle, events, logs, component } = setUp();
  const { promise, reject } = Promise.withResolvers<never>();
  await lifecycle.start([component('a'), component('b', { failed: promise }), component('c')]);
  reject(new Error('socket gone'));
  await clock.advance(0);
  await clock.advance(1_000);
  assert.deepEqual(events.slice(3), ['stop c', 'stop b', 'stop a']);
  assert.deepEqual(processEvents.exits, [1]);
  assert.equal(logs.find(({ msg }) => msg === 'component died')?.['component'], 'b');
});

test('an error that nothing caught is logged once, counted each time, and stops all with code 1', async () => {
  const { clock, processEvents, lifecycle, logs, metrics, component } = setUp();
  await lifecycle.start([component('a')]);
  processEvents.emit('unhandledRejection', new Error('first'));
  processEvents.emit('uncaughtException', new Error('second'));
  await clock.advance(1_000);
  assert.deepEqual(processEvents.exits, [1]);
  assert.equal(logs.filter(({ level }) => level === 'fatal').length, 1);
  const text = await metrics.text();
  assert.match(text, /tiffin_fatal_errors_total\{kind="unhandledRejection"\} 1/);
  assert.match(text, /tiffin_fatal_errors_total\{kind="uncaughtException"\} 1/);
});

test('a failed start stops what ran, in reverse, and says which component and why', async () => {
  const { processEvents, lifecycle, events, component } = setUp();
  const broken: Component = { name: 'c', start: () => Promise.reject(new Error('port 4000 is taken.')) };
  const start = lifecycle.start([component('a'), component('b'), broken, component('d')]);
  await assert.rejects(start, new StartError('c could not start: port 4000 is taken.'));
  assert.deepEqual(events, ['start a', 'start b', 'stop b', 'stop a']);
  assert.equal(lifecycle.ready, false);
  assert.equal(processEvents.listenerCount('SIGTERM'), 0);
});

test('a start that hangs is given up, and stopped should it come through after all', async () => {
  const { clock, lifecycle, events } = setUp();
  const { promise, resolve } = Promise.withResolvers<Running>();
  const rejected = assert.rejects(
    lifecycle.start([{ name: 'slow', start: () => promise }]),
    /slow could not start: it was not ready within 10 s\./,
  );
  await clock.advance(10_000);
  resolve({ stop: async () => void events.push('stop slow') });
  await clock.advance(0);
  await rejected;
  assert.deepEqual(events, ['stop slow']);
});

test('a signal during the start stops what runs, without a drain, and starts nothing more', async () => {
  const { clock, processEvents, lifecycle, events, component } = setUp();
  const starting: Component = {
    name: 'b',
    start: (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
  };
  const rejected = assert.rejects(lifecycle.start([component('a'), starting, component('c')]), StartError);
  await clock.advance(0);
  processEvents.emit('SIGTERM');
  await rejected;
  assert.deepEqual(events, ['start a', 'stop a']);
  assert.deepEqual(processEvents.exits, [0]);
});

test('a signal between two starts keeps the second from starting', async () => {
  const { clock, processEvents, lifecycle, events, component } = setUp();
  const first: Component = {
    name: 'a',
    start: async () => ({
      stop: async () => void events.push('stop a'),
      // Read when the start is through: the latest moment before the next one.
      get failed(): Promise<unknown> {
        processEvents.emit('SIGTERM');
        return new Promise(() => {});
      },
    }),
  };
  await assert.rejects(
    lifecycle.start([first, component('b')]),
    /b could not start: the process was told to stop\./,
  );
  await clock.advance(0);
  assert.deepEqual(events, ['stop a']);
  assert.deepEqual(processEvents.exits, [0]);
});
