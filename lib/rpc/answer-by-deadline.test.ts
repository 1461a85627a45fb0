import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import { answerByDeadline } from './answer-by-deadline.ts';
import type { RpcHandler } from './interceptor.ts';
import { testCall } from './test-call.ts';

function setUp(handler: RpcHandler) {
  const clock = new VirtualClock();
  return { clock, answer: answerByDeadline(clock, 30_000)(handler) };
}

test('no call runs longer than the server allows, though its caller would wait for ever', async () => {
  let deadlineMs = 0;
  const { clock, answer } = setUp(({ context }) => {
    deadlineMs = context.deadlineMs;
    return new Promise(() => {});
  });
  const failure = assert.rejects(answer(testCall()), (error) => AppError.is(error, 'DEADLINE_EXCEEDED'));
  assert.equal(deadlineMs, clock.now() + 30_000);
  await clock.advance(30_000);
  await failure;
});

test('a call that comes too late does not run', async () => {
  const { clock, answer } = setUp(async () => assert.fail('It ran.'));
  const late = testCall({ deadlineMs: clock.now() });
  await assert.rejects(answer(late), (error) => AppError.is(error, 'DEADLINE_EXCEEDED'));
  const gone = testCall({ signal: AbortSignal.abort() });
  await assert.rejects(answer(gone), (error) => AppError.is(error, 'CANCELLED'));
  assert.equal(clock.pendingTimers, 0);
});

test('what a handler says after the deadline is dropped, a failure too', async () => {
  for (const settle of ['resolve', 'reject'] as const) {
    const late = Promise.withResolvers<unknown>();
    const { clock, answer } = setUp(() => late.promise);
    const failure = assert.rejects(answer(testCall({ deadlineMs: clock.now() + 100 })), (error) =>
      AppError.is(error, 'DEADLINE_EXCEEDED'),
    );
    await clock.advance(100);
    await failure;
    late[settle](new Error('too late'));
    await clock.advance(0);
  }
});

test('the reason of the caller decides between CANCELLED and DEADLINE_EXCEEDED', async () => {
  const reasons: [unknown, AppError['code']][] = [
    [undefined, 'CANCELLED'],
    [new AppError('DEADLINE_EXCEEDED', {}), 'DEADLINE_EXCEEDED'],
    [new DOMException('late', 'TimeoutError'), 'DEADLINE_EXCEEDED'],
  ];
  for (const [reason, code] of reasons) {
    const caller = new AbortController();
    const { clock, answer } = setUp(() => new Promise(() => {}));
    const failure = assert.rejects(answer(testCall({ signal: caller.signal })), (error) =>
      AppError.is(error, code),
    );
    caller.abort(reason);
    await failure;
    assert.equal(clock.pendingTimers, 0);
  }
});
