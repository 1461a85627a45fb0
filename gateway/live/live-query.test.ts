import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { LiveQuery } from './live-query.ts';

function createBed(random = 0.5) {
  const clock = new VirtualClock();
  const startMs = clock.now();
  const startsMs: number[] = [];
  const signals: AbortSignal[] = [];
  const failures: unknown[] = [];
  let running = 0;
  const bed = {
    clock,
    startsMs,
    signals,
    failures,
    mostAtOnce: 0,
    takesMs: 0,
    throws: undefined as Error | undefined,
  };
  const query = new LiveQuery({
    async run(signal) {
      startsMs.push(clock.now() - startMs);
      signals.push(signal);
      bed.mostAtOnce = Math.max(bed.mostAtOnce, ++running);
      if (bed.takesMs > 0) await new Promise<void>((resolve) => clock.setTimer(bed.takesMs, resolve));
      running--;
      if (bed.throws) throw bed.throws;
    },
    onFailure: (error) => failures.push(error),
    clock,
    random: () => random,
    refreshMs: 10_000,
  });
  return Object.assign(bed, { query });
}

test('it runs at once, then every 10 s', async () => {
  const { query, clock, startsMs } = createBed();
  query.start();
  await clock.advance(0);
  await clock.advance(25_000);
  assert.deepEqual(startsMs, [0, 10_000, 20_000]);
});

for (const [random, ms] of [
  [0, 8_000],
  [0.999, 11_996],
] as const) {
  test(`the next look comes after ${ms} ms where chance says ${random}`, async () => {
    const { query, clock, startsMs } = createBed(random);
    query.start();
    await clock.advance(0);
    await clock.advance(13_000);
    assert.equal(startsMs[1], ms);
  });
}

test('a signal is answered at once, and puts the next look off', async () => {
  const { query, clock, startsMs } = createBed();
  query.start();
  await clock.advance(0);
  await clock.advance(5_000);
  query.wake();
  await clock.advance(0);
  await clock.advance(10_000);
  assert.deepEqual(startsMs, [0, 5_000, 15_000]);
});

test('however many signals come, there are 100 ms between two runs', async () => {
  const { query, clock, startsMs } = createBed();
  query.start();
  await clock.advance(0);
  for (let ms = 0; ms < 1_000; ms++) {
    query.wake();
    query.wake();
    await clock.advance(1);
  }
  assert.deepEqual(
    startsMs,
    [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000].slice(0, startsMs.length),
  );
  assert.ok(startsMs.length >= 10);
});

test('one run at a time; what is signalled meanwhile leads to exactly one more', async () => {
  const bed = createBed();
  bed.takesMs = 1_000;
  bed.query.start();
  await bed.clock.advance(10);
  for (let signals = 0; signals < 50; signals++) bed.query.wake();
  await bed.clock.advance(5_000);
  assert.deepEqual(bed.startsMs, [0, 1_100]);
  assert.equal(bed.mostAtOnce, 1);
});

test('stopped, it aborts what runs and leaves no timer', async () => {
  const bed = createBed();
  bed.query.start();
  await bed.clock.advance(0);
  bed.query.stop();
  assert.equal(bed.clock.pendingTimers, 0);
  bed.query.wake();
  await bed.clock.advance(60_000);
  assert.equal(bed.startsMs.length, 1);

  const running = createBed();
  running.takesMs = 1_000;
  running.query.start();
  running.query.wake();
  running.query.stop();
  assert.equal(running.signals[0]?.aborted, true);
  await running.clock.advance(60_000);
  assert.equal(running.startsMs.length, 1);
  assert.equal(running.clock.pendingTimers, 0);
});

test('a failure is told, unless it was stopped', async () => {
  const bed = createBed();
  bed.throws = new Error('no');
  bed.query.start();
  await bed.clock.advance(0);
  assert.deepEqual(bed.failures, [bed.throws]);
  bed.query.stop();

  const stopped = createBed();
  stopped.throws = new Error('no');
  stopped.takesMs = 10;
  stopped.query.start();
  stopped.query.stop();
  await stopped.clock.advance(10);
  assert.deepEqual(stopped.failures, []);
});
