import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { addTasks, laterSchema } from './delayed-test-bed.ts';
import { openDueAlarms } from './due-alarms.ts';

const signal = new AbortController().signal;

let bed: TestDatabase;
let clock: VirtualClock;
let alarms: number;
before(async () => {
  bed = await openTestDatabase(laterSchema);
});
after(() => bed.stop());
beforeEach(async () => {
  clock = new VirtualClock();
  alarms = 0;
  await bed.database.query('truncate later.delayed_task');
  bed.statements.length = 0;
});

const open = (maxAlarms: number) =>
  openDueAlarms({
    database: bed.database,
    clock,
    logger: silentLogger,
    maxAlarms,
    onDue: () => {
      alarms++;
    },
  });
const task = (key: string, inMs: number) => ({ kind: 'ring', key, dueMs: clock.now() + inMs });

test('however much is due, no more is held than there is room for, and no more is read', async () => {
  await addTasks(bed.database, 10_000, clock.now() + 30_000);
  bed.statements.length = 0;
  const due = open(2_500);
  for (let load = 0; load < 5; load++) await due.load(signal);
  assert.equal(due.size, 2_500);
  assert.equal(bed.statements.length, 5 * 3);
  await clock.advance(30_200);
  assert.equal(alarms, 2_500);
  due.stop();
});

test('pages are read until the end of the next minute, each task once', async () => {
  await addTasks(bed.database, 2_000, clock.now() + 30_000);
  await bed.database.query(
    "update later.delayed_task set take_at = take_at + interval '1 h' where key like '%7'",
  );
  bed.statements.length = 0;
  const due = open(10_000);
  await due.load(signal);
  assert.equal(due.size, 1_800);
  assert.equal(bed.statements.length, 2);
  due.stop();
});

test('an alarm is never early, and less than a tick late', async () => {
  const due = open(100);
  await clock.advance(130);
  for (const inMs of [0, 1, 199, 200, 201, 69, 70, 71, 59_999, 60_000]) {
    const earlier = alarms;
    assert.equal(due.add(task(`${inMs}`, inMs)), true);
    await clock.advance(Math.max(0, inMs - 1));
    assert.equal(alarms, earlier, `${inMs} came early`);
    await clock.advance(201);
    assert.equal(alarms, earlier + 1, `${inMs} came late`);
  }
  due.stop();
});

test('what is further away than a minute, or a task too many, is left to a later load', async () => {
  const due = open(2);
  assert.equal(due.add(task('far', 60_001)), false);
  assert.equal(due.add(task('a', 1_000)), true);
  assert.equal(due.add(task('b', 1_000)), true);
  assert.equal(due.add(task('c', 1_000)), false);
  assert.equal(due.add(task('a', 3_000)), true);
  await clock.advance(10_000);
  assert.equal(alarms, 2);
  due.stop();
  assert.equal(clock.pendingTimers, 0);
});
