import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { AUDIT_INTERVAL_MS, type AuditTaskOptions, auditTask, MAX_LOGGED_FINDINGS } from './audit-task.ts';
import type { AuditCheck, Finding } from './finding.ts';
import { LOOK_MS } from './sweeper.ts';

let clock: VirtualClock;
let metrics: Metrics;
let lines: { check: string; unit?: string; problem?: string; more?: number; msg: string }[];
let stopping: AbortController;
let running: Promise<void>;

beforeEach(() => {
  clock = new VirtualClock(1_900_000_000_000);
  metrics = createMetrics();
  lines = [];
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await running;
});

const broken: Finding = { unit: 'goods 17', problem: 'is below zero' };

/** A check with a single page. */
const onePage = (findings: (signal?: AbortSignal) => Finding[] | Promise<Finding[]>): AuditCheck =>
  async function* look(signal) {
    yield await findings(signal);
  };

/** Each page takes a whole turn. */
const slowPages = (pages: () => readonly (readonly Finding[])[]): AuditCheck =>
  async function* look() {
    for (const page of pages()) {
      clock.jump(LOOK_MS);
      yield page;
    }
  };

function start(checks: Readonly<Record<string, AuditCheck>>, options: Partial<AuditTaskOptions> = {}): void {
  const logger = createLogger({
    level: 'error',
    format: 'json',
    clock,
    output: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  running = auditTask({ clock, logger, metrics }, { service: 'goods', checks, ...options }).run(
    stopping.signal,
  );
}

/** A metric of a check; undefined where nobody has set it. */
async function metric(name: string, check: string): Promise<number | undefined> {
  const wanted = `tiffin_audit_${name}{service="goods",check="${check}"} `;
  const line = (await metrics.text()).split('\n').find((some) => some.startsWith(wanted));
  return line === undefined ? undefined : Number(line.slice(wanted.length));
}

test('what a check finds is counted and told once in each run', async () => {
  let findings = [broken];
  start({ stock: onePage(() => findings) });
  await clock.advance(AUDIT_INTERVAL_MS - 1);
  assert.equal(await metric('findings', 'stock'), undefined);
  await clock.advance(1);
  assert.equal(await metric('findings', 'stock'), 1);
  const told = lines.map(({ check, unit, problem, msg }) => ({ check, unit, problem, msg }));
  assert.deepEqual(told, [{ check: 'stock', ...broken, msg: 'audit finding' }]);
  await clock.advance(AUDIT_INTERVAL_MS);
  assert.equal(lines.length, 2);
  findings = [];
  await clock.advance(AUDIT_INTERVAL_MS);
  assert.equal(await metric('findings', 'stock'), 0);
  assert.equal(lines.length, 2);
});

test('many findings are few lines', async () => {
  start({ stock: onePage(() => Array.from({ length: 100 }, () => broken)) });
  await clock.advance(AUDIT_INTERVAL_MS);
  assert.equal(await metric('findings', 'stock'), 100);
  assert.equal(lines.length, MAX_LOGGED_FINDINGS + 1);
  assert.equal(lines.at(-1)?.more, 100 - MAX_LOGGED_FINDINGS);
});

test('units that name users stay out of the log', async () => {
  const wallet = { unit: 'wallet 17 EUR', problem: 'is below zero' };
  start({ wallets: onePage(() => [wallet]) }, { hidesUnits: true });
  await clock.advance(AUDIT_INTERVAL_MS);
  assert.deepEqual(
    lines.map(({ unit }) => unit),
    ['wallet'],
  );
});

test('a check that fails is counted, keeps what was found before it, and stops no other', async () => {
  let isAway = false;
  const fail = onePage(() => {
    if (isAway) throw new Error('The database is away.');
    return [broken];
  });
  start({ first: fail, second: onePage(() => []) });
  await clock.advance(AUDIT_INTERVAL_MS);
  const ranAt = clock.now() / 1_000;
  isAway = true;
  await clock.advance(AUDIT_INTERVAL_MS);
  assert.equal(await metric('failed_runs_total', 'first'), 1);
  assert.equal(await metric('findings', 'first'), 1);
  assert.equal(await metric('last_run_timestamp_seconds', 'first'), ranAt);
  assert.equal(await metric('last_run_timestamp_seconds', 'second'), ranAt + AUDIT_INTERVAL_MS / 1_000);
  assert.deepEqual(
    lines.map(({ check, msg }) => [check, msg]),
    [
      ['first', 'audit finding'],
      ['first', 'audit check failed'],
    ],
  );
});

test('a sweep that is longer than a run goes on in the next one, and ends; its findings are told before', async () => {
  let pages: readonly (readonly Finding[])[] = [[broken], [], [broken]];
  start({ stock: slowPages(() => pages) });
  const startedAt = clock.now() / 1_000;
  const seen = async () => [await metric('findings', 'stock'), lines.length];
  const secondsSince = async (what: 'run' | 'sweep') =>
    clock.now() / 1_000 - Number(await metric(`last_${what}_timestamp_seconds`, 'stock'));
  const run = () => clock.advance(AUDIT_INTERVAL_MS + LOOK_MS);
  for (const expected of [
    [1, 1],
    [1, 1],
    [2, 2],
  ]) {
    await run();
    assert.deepEqual(await seen(), expected);
    assert.ok((await secondsSince('run')) < 10);
    assert.equal(await metric('last_sweep_timestamp_seconds', 'stock'), startedAt);
  }
  await run();
  assert.deepEqual(await seen(), [2, 2]);
  assert.ok((await secondsSince('sweep')) < 10);
  // What the last sweep found stands until the next one has ended, whatever that has not found so far.
  pages = [[], [broken], []];
  for (const expected of [2, 2, 2, 1]) {
    await run();
    assert.equal(await metric('findings', 'stock'), expected);
  }
  assert.ok((await secondsSince('sweep')) < 10);
});

test('a sweep that fails half-way keeps what it found, and the next one begins from the start', async () => {
  let begun = 0;
  let fails = true;
  start({
    async *stock() {
      begun += 1;
      yield [broken];
      if (fails) throw new Error('The database is away.');
      yield [];
    },
  });
  await clock.advance(AUDIT_INTERVAL_MS);
  assert.equal(await metric('findings', 'stock'), 1);
  assert.equal(await metric('failed_runs_total', 'stock'), 1);
  await clock.advance(AUDIT_INTERVAL_MS);
  assert.deepEqual([begun, await metric('findings', 'stock')], [2, 1]);
  fails = false;
  await clock.advance(AUDIT_INTERVAL_MS);
  assert.deepEqual([begun, await metric('failed_runs_total', 'stock')], [3, 2]);
  assert.equal(await metric('last_sweep_timestamp_seconds', 'stock'), clock.now() / 1_000);
});

test('each check has its own share of a run, however long the others are', async () => {
  start({
    first: slowPages(() => Array.from({ length: 10 }, () => [])),
    second: onePage(() => [broken]),
  });
  await clock.advance(AUDIT_INTERVAL_MS);
  assert.equal(await metric('findings', 'second'), 1);
});

test('a check that throws at once is one that fails, and is run again', async () => {
  let runs = 0;
  start({
    stock: () => {
      runs += 1;
      throw new Error('No such table.');
    },
  });
  await clock.advance(2 * AUDIT_INTERVAL_MS);
  assert.equal(runs, 2);
  assert.equal(await metric('failed_runs_total', 'stock'), 2);
});

test('a check that never ends is seen by the time of its last run, and is begun no second time', async () => {
  let begun = 0;
  let signal: AbortSignal | undefined;
  start({
    first: onePage((given) => {
      begun += 1;
      signal = given;
      return new Promise(() => {});
    }),
    second: onePage(() => [broken]),
  });
  const startedAt = clock.now() / 1_000;
  await clock.advance(10 * AUDIT_INTERVAL_MS);
  assert.equal(begun, 1);
  assert.equal(signal?.aborted, true);
  assert.equal(await metric('last_run_timestamp_seconds', 'first'), startedAt);
  assert.ok(Number(await metric('failed_runs_total', 'first')) > 1);
  assert.equal(await metric('findings', 'second'), 1);
});

test('a stop ends the run under way, and counts no failure', async () => {
  let second = 0;
  start({
    first: onePage(
      (signal) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    ),
    second: onePage(() => {
      second += 1;
      return [];
    }),
  });
  await clock.advance(AUDIT_INTERVAL_MS);
  stopping.abort();
  await running;
  assert.equal(await metric('failed_runs_total', 'first'), undefined);
  assert.equal(second, 0);
  assert.deepEqual(lines, []);
});
