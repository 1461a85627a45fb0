import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createDeliveryTestBed, type DeliveryTestBed } from '../delivery-test-bed.ts';
import { maxCallsOfRound } from '../domain/call-couriers.ts';
import { callCouriers } from './call-couriers.ts';

let bed: DeliveryTestBed;
before(async () => {
  bed = await createDeliveryTestBed();
});
after(() => bed.stop());
beforeEach(() => bed.clear());

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    assert.ok(turn < 10_000, 'It never comes to that.');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('the task calls for what comes, half a second later at most, until it is stopped', async () => {
  const stop = new AbortController();
  const running = callCouriers(bed.deps).run(stop.signal);
  await until(() => bed.clock.pendingTimers === 1);
  await bed.pay(1);
  await bed.clock.advance(499);
  assert.equal(bed.dispatch.asked.length, 0);
  await bed.clock.advance(1);
  await until(() => bed.dispatch.asked.length === 1);
  await until(() => bed.clock.pendingTimers === 1);
  assert.equal((await bed.told()).length, 1);
  stop.abort();
  await running;
  assert.equal(bed.clock.pendingTimers, 0);
});

test('a backlog is worked off without pauses', async () => {
  await bed.pay(2 * maxCallsOfRound + 1);
  const stop = new AbortController();
  const startMs = bed.clock.now();
  const running = callCouriers(bed.deps).run(stop.signal);
  await until(() => bed.dispatch.asked.length === 2 * maxCallsOfRound + 1);
  assert.equal(bed.clock.now(), startMs);
  stop.abort();
  await running;
});

test('the task ends with what the database throws, for whoever runs it to run it again', async () => {
  const query = () => Promise.reject(new Error('connection lost'));
  const task = callCouriers({ ...bed.deps, database: { ...bed.deps.database, query } });
  await assert.rejects(task.run(new AbortController().signal), /connection lost/);
});
