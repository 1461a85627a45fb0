import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Clock } from '../clock/clock.ts';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { DemoRandom } from '../demo/demo-random.ts';
import { TimingWheel, type TimingWheelOptions } from './timing-wheel.ts';

const INTERVAL_MS = 100;
const seed = Number(process.env['WHEEL_SEED'] ?? 1);

let clock: VirtualClock;
let startMs: number;
/** What ran: key, value and after how many ms. */
let ran: [string, number, number][];
let failures: [string, string][];

beforeEach(() => {
  clock = new VirtualClock();
  startMs = clock.now();
  ran = [];
  failures = [];
});

const openWheel = (options: Partial<TimingWheelOptions<string, number>> = {}) =>
  new TimingWheel<string, number>({
    clock,
    intervalMs: INTERVAL_MS,
    slots: 10,
    run: (key, value) => ran.push([key, value, clock.now() - startMs]),
    failed: (error, key) => failures.push([key, String(error)]),
    ...options,
  });

/** The same promises, kept by a sorted list. */
class Model {
  readonly #intervalMs: number;
  #ticks = 0;
  #sequence = 0;
  #entries: { key: string; value: number; tick: number; sequence: number }[] = [];

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  get size() {
    return this.#entries.length;
  }

  set(key: string, value: number, delayMs: number): void {
    this.remove(key);
    const tick = this.#ticks + Math.max(1, Math.floor(delayMs / this.#intervalMs));
    this.#entries.push({ key, value, tick, sequence: this.#sequence++ });
    this.#entries.sort((a, b) => a.tick - b.tick || a.sequence - b.sequence);
  }

  move(key: string, delayMs: number): [string, number][] {
    const entry = this.#entries.find((each) => each.key === key);
    if (!entry) return [];
    if (delayMs >= this.#intervalMs) {
      this.set(key, entry.value, delayMs);
      return [];
    }
    this.remove(key);
    return [[key, entry.value]];
  }

  remove(key: string): boolean {
    const count = this.#entries.length;
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
    return this.#entries.length < count;
  }

  has(key: string): boolean {
    return this.#entries.some((entry) => entry.key === key);
  }

  tick(): [string, number][] {
    this.#ticks++;
    const due = this.#entries.filter(({ tick }) => tick === this.#ticks);
    this.#entries = this.#entries.filter(({ tick }) => tick > this.#ticks);
    return due.map(({ key, value }) => [key, value]);
  }
}

for (const slots of [1, 2, 10, 300]) {
  test(`${slots} slots run the same keys at the same ticks as a sorted list, WHEEL_SEED=${seed}`, async () => {
    const random = DemoRandom.of(`wheel-${slots}`, seed);
    const now = new Set<string>();
    const wheel = openWheel({ slots, maxEntries: 40, run: (key, value) => now.add(`${key} ${value}`) });
    const model = new Model(INTERVAL_MS);
    const texts = (pairs: readonly [string, number][]) => new Set(pairs.map((pair) => pair.join(' ')));
    let sinceTickMs = 0;
    let total = 0;
    for (let n = 0; n < 6_000; n++) {
      const key = `k${random.between(0, 49)}`;
      const delayMs = random.between(0, Math.ceil(2.5 * slots * INTERVAL_MS));
      const choice = random.next();
      if (choice < 0.35) {
        const isFull = !model.has(key) && model.size === 40;
        assert.equal(wheel.set(key, n, delayMs), !isFull);
        if (!isFull) model.set(key, n, delayMs);
      } else if (choice < 0.6) {
        const known = model.has(key);
        const due = model.move(key, delayMs);
        assert.equal(wheel.move(key, delayMs), known);
        assert.deepEqual(now, texts(due), `operation ${n}`);
        now.clear();
      } else if (choice < 0.65) assert.equal(wheel.remove(key), model.remove(key));
      else {
        const stepMs = random.between(1, INTERVAL_MS);
        await clock.advance(stepMs);
        sinceTickMs += stepMs;
        const due = sinceTickMs >= INTERVAL_MS ? model.tick() : [];
        sinceTickMs %= INTERVAL_MS;
        assert.deepEqual(now, texts(due), `operation ${n}`);
        total += now.size;
        now.clear();
      }
      assert.equal(wheel.size, model.size);
    }
    assert.ok(total > (slots === 300 ? 50 : 300), `${total} ran`);
    assert.deepEqual(failures, []);
    wheel.stop();
  });
}

test('an entry runs once, after the whole intervals of its delay, however many circles these are', async () => {
  const wheel = openWheel();
  for (const delayMs of [0, 100, 199, 900, 1_000, 1_100, 3_450]) wheel.set(`${delayMs}`, delayMs, delayMs);
  await clock.advance(10_000);
  assert.deepEqual(
    ran.map(([key, , atMs]) => [Number(key), atMs]),
    [
      [0, 100],
      [100, 100],
      [199, 100],
      [900, 900],
      [1_000, 1_000],
      [1_100, 1_100],
      [3_450, 3_400],
    ],
  );
  assert.equal(wheel.size, 0);
});

test('a move is right when the hand lies between the old slot and the new one', async () => {
  const wheel = openWheel();
  await clock.advance(500);
  wheel.set('sooner', 1, 700);
  wheel.set('later', 2, 200);
  wheel.set('next circle', 3, 200);
  wheel.move('sooner', 200);
  wheel.move('later', 700);
  wheel.move('next circle', 1_700);
  await clock.advance(5_000);
  assert.deepEqual(ran, [
    ['sooner', 1, 700],
    ['later', 2, 1_200],
    ['next circle', 3, 2_200],
  ]);
});

test('a move to less than an interval runs the entry at once, and only then', async () => {
  const wheel = openWheel();
  wheel.set('key', 1, 500);
  wheel.move('key', 99);
  assert.deepEqual(ran, [['key', 1, 0]]);
  await clock.advance(2_000);
  assert.equal(ran.length, 1);
  assert.equal(wheel.move('key', 500), false, 'it is not known any more');
});

test('a key that is set again has one time and the last value', async () => {
  const wheel = openWheel();
  wheel.set('key', 1, 500);
  wheel.set('key', 2, 50);
  await clock.advance(2_000);
  assert.deepEqual(ran, [['key', 2, 100]]);
});

test('a full wheel refuses further keys, and takes known ones', async () => {
  const wheel = openWheel({ maxEntries: 2 });
  assert.equal(wheel.set('a', 1, 100), true);
  assert.equal(wheel.set('b', 2, 100), true);
  assert.equal(wheel.set('c', 3, 100), false);
  assert.equal(wheel.set('a', 4, 100), true);
  wheel.remove('b');
  assert.equal(wheel.set('c', 5, 100), true);
  await clock.advance(1_000);
  assert.deepEqual(
    ran.map(([key, value]) => [key, value]),
    [
      ['a', 4],
      ['c', 5],
    ],
  );
});

test('an entry may be set again while it runs, and one that throws stops nobody', async () => {
  const wheel: TimingWheel<string, number> = openWheel({
    run(key, value) {
      ran.push([key, value, clock.now() - startMs]);
      if (key === 'bad') throw new Error('no');
      if (value < 3) wheel.set(key, value + 1, 100);
    },
  });
  wheel.set('bad', 1, 100);
  wheel.set('good', 1, 100);
  await clock.advance(1_000);
  assert.deepEqual(
    ran.filter(([key]) => key === 'good').map(([, , atMs]) => atMs),
    [100, 200, 300],
  );
  assert.deepEqual(failures, [['bad', 'Error: no']]);
});

test('a drain works on everything that is left, eight at once, and runs nothing else', async () => {
  const wheel = openWheel();
  for (let n = 0; n < 30; n++) wheel.set(`${n}`, n, 100 * n);
  wheel.move('3', 2_500);
  wheel.remove('4');
  let running = 0;
  let most = 0;
  const seen: number[] = [];
  const drained = wheel.drain(async (_, value) => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => clock.setTimer(10, resolve));
    running--;
    if (value === 7) throw new Error('no');
    seen.push(value);
  });
  assert.equal(wheel.size, 0);
  await clock.advance(10_000);
  await drained;
  assert.equal(most, 8);
  assert.deepEqual(
    seen.toSorted((a, b) => a - b),
    Array.from({ length: 30 }, (_, n) => n).filter((n) => n !== 4 && n !== 7),
  );
  assert.deepEqual(failures, [['7', 'Error: no']]);
  assert.deepEqual(ran, []);
});

test('a stopped wheel has no timer, runs nothing and takes nothing', async () => {
  const wheel = openWheel();
  wheel.set('key', 1, 100);
  wheel.stop();
  assert.equal(clock.pendingTimers, 0);
  assert.equal(wheel.set('other', 1, 100), false);
  await clock.advance(1_000);
  assert.deepEqual(ran, []);
});

test('ticks that come late do not add up, and those that a busy loop missed are dropped', async () => {
  let lateMs = 3;
  const busy: Clock = {
    now: () => clock.now(),
    setTimer: (delayMs, callback) => clock.setTimer(delayMs + lateMs, callback),
  };
  const wheel = openWheel({ clock: busy });
  wheel.set('after ten', 1, 1_000);
  await clock.advance(1_050);
  assert.deepEqual(ran, [['after ten', 1, 1_003]]);
  // The tick of 1,100 ms is on its way; that of 1,200 comes at 1,550.
  wheel.set('after three', 2, 300);
  lateMs = 350;
  await clock.advance(60);
  lateMs = 0;
  await clock.advance(1_000);
  assert.deepEqual(ran[1], ['after three', 2, 1_650]);
  wheel.stop();
});

test('a clock that is set forward or back changes no delay by more than a tick', async () => {
  let offsetMs = 0;
  const wall: Clock = {
    now: () => clock.now() + offsetMs,
    setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
  };
  const wheel = openWheel({ clock: wall });
  for (const jumpMs of [3_600_000, -7_200_000]) {
    ran = [];
    wheel.set('key', 1, 500);
    await clock.advance(150);
    offsetMs += jumpMs;
    await clock.advance(250);
    assert.deepEqual(ran, [], `${jumpMs}`);
    await clock.advance(200);
    assert.equal(ran.length, 1, `${jumpMs}`);
  }
  wheel.stop();
});

test('options and delays that are no numbers are refused', () => {
  for (const wrong of [{ slots: 0 }, { intervalMs: Number.NaN }, { maxEntries: 0.5 }]) {
    assert.throws(() => openWheel(wrong), RangeError);
  }
  const wheel = openWheel();
  assert.throws(() => wheel.set('key', 1, Number.NaN), RangeError);
  wheel.set('key', 1, 100);
  assert.throws(() => wheel.move('key', Number.POSITIVE_INFINITY), RangeError);
  wheel.stop();
});
