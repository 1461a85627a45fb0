import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { OpenSubscriptions } from './open-subscriptions.ts';

const create = () => {
  const clock = new VirtualClock();
  return { clock, open: new OpenSubscriptions({ maxOpen: 3, maxOpenPerOwner: 2 }, clock, createMetrics()) };
};

test('a place is given back once', () => {
  const { open } = create();
  const release = open.reserve('user:7');
  open.reserve('user:7');
  release();
  release();
  assert.equal(open.size, 1);
  open.reserve('user:7');
  assert.throws(
    () => open.reserve('user:7'),
    (error) => AppError.is(error, 'RATE_LIMITED'),
  );
});

test('a drain waits for those that end, and cuts the others off', async () => {
  const { open, clock } = create();
  const told: string[] = [];
  const one = (name: string, ended: Promise<void>) =>
    open.add({
      drain: () => told.push(`${name} drained`),
      destroy: () => told.push(`${name} destroyed`),
      ended,
    });
  const quick = Promise.withResolvers<void>();
  const goneBefore = one('gone', Promise.resolve());
  goneBefore('client');
  one('quick', quick.promise);
  const drained = open.drain(1_000);
  assert.deepEqual(told, ['quick drained']);
  assert.throws(
    () => open.reserve('user:7'),
    (error) => AppError.is(error, 'UNAVAILABLE'),
  );
  quick.resolve();
  await drained;
  assert.equal(clock.pendingTimers, 0);

  one('stuck', new Promise(() => {}));
  const again = open.drain(1_000);
  await clock.advance(999);
  assert.ok(!told.includes('stuck destroyed'));
  await clock.advance(1);
  await again;
  assert.ok(told.includes('stuck destroyed'));
});
