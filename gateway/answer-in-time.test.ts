import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import { answerInTime } from './answer-in-time.ts';

const setUp = () => {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const work = Promise.withResolvers<string>();
  const call = { ...callBy(), signal: abort.signal };
  const answer = answerInTime(work.promise, call, clock, () => 'too late');
  return { clock, abort, work, answer };
};

test('the answer of work that is in time, or hardly late', async () => {
  const { clock, abort, work, answer } = setUp();
  abort.abort(new AppError('DEADLINE_EXCEEDED', {}));
  await clock.advance(99);
  work.resolve('done');
  assert.equal(await answer, 'done');
  await clock.advance(0);
  assert.equal(clock.pendingTimers, 0);
});

test('what the end of the call makes of it, where the work goes on and on', async () => {
  const { clock, abort, answer } = setUp();
  abort.abort(new AppError('DEADLINE_EXCEEDED', {}));
  await clock.advance(100);
  assert.equal(await answer, 'too late');
});

test('what the work rejects with', async () => {
  const { work, answer } = setUp();
  work.reject(new Error('defect'));
  await assert.rejects(answer, /defect/);
});
