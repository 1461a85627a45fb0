import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy } from '@tiffin/lib/testing/call-by';
import type { ExecutionResult } from 'graphql';
import { answerInTime } from './answer-in-time.ts';

const setUp = () => {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const execution = Promise.withResolvers<ExecutionResult>();
  const answer = answerInTime(execution.promise, { ...callBy(), signal: abort.signal }, clock);
  return { clock, abort, execution, answer };
};

test('the answer of an execution that is in time, or hardly late', async () => {
  const { clock, abort, execution, answer } = setUp();
  abort.abort(new AppError('DEADLINE_EXCEEDED', {}));
  await clock.advance(99);
  execution.resolve({ data: { late: true } });
  assert.deepEqual(await answer, { data: { late: true } });
  await clock.advance(0);
  assert.equal(clock.pendingTimers, 0);
});

test('why the call ended, where the execution goes on and on', async () => {
  const { clock, abort, answer } = setUp();
  abort.abort(new AppError('DEADLINE_EXCEEDED', {}));
  await clock.advance(100);
  const { data, errors } = await answer;
  assert.equal(data, undefined);
  assert.equal(errors?.[0]?.extensions['code'], 'DEADLINE_EXCEEDED');
});

test('what an execution rejects with', async () => {
  const { execution, answer } = setUp();
  execution.reject(new Error('defect'));
  await assert.rejects(answer, /defect/);
});
