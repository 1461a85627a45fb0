import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import type { CallContext } from './call-context.ts';
import { type FanoutTask, fanout } from './fanout.ts';
import { testCall } from './test-call.ts';

const never = () => new Promise<never>(() => {});
const failure = new AppError('SHOP_NOT_FOUND', { shopId: '1' });

/** A task that notes its context and does what it is told. */
function task<Result>(run: (call: CallContext) => Promise<Result>) {
  const seen: CallContext[] = [];
  const noting: FanoutTask<Result> = (call) => {
    seen.push(call);
    return run(call);
  };
  return { noting, seen, aborted: () => seen[0]?.signal.aborted, reason: () => seen[0]?.signal.reason };
}

test('all tasks run at once and answer in their order, with their types', async () => {
  const { context } = testCall();
  const first = Promise.withResolvers<number>();
  const [one, two]: [number, string] = await fanout(context, [
    () => first.promise,
    async () => {
      first.resolve(1);
      return 'two';
    },
  ]);
  assert.deepEqual([one, two], [1, 'two']);
  assert.deepEqual(await fanout(context, []), []);
});

test('a task gets the call, with a signal of its own that a success leaves alone', async () => {
  const reads = { freshness: 'any', onDegraded: () => {} } as const;
  const { context } = testCall({ requestId: 'r-1', deadlineMs: 9_000, ...reads });
  const only = task(async () => 1);
  await fanout(context, [only.noting]);
  assert.deepEqual({ ...only.seen[0], signal: 0 }, { ...context, signal: 0, span: undefined });
  assert.notEqual(only.seen[0]?.signal, context.signal);
  assert.equal(only.aborted(), false);
});

const failing: Record<string, () => Promise<never>> = {
  'rejects first': () => Promise.reject(failure),
  'throws at once': () => {
    throw failure;
  },
};
for (const [what, fail] of Object.entries(failing)) {
  test(`a task that ${what} is answered for without the others, whose signals abort with its error`, async () => {
    const { context } = testCall();
    const before = task(never);
    const after = task(never);
    await assert.rejects(fanout(context, [before.noting, fail, after.noting]), (error) => error === failure);
    assert.equal(before.reason(), failure);
    assert.equal(after.reason(), failure);
    assert.equal(context.signal.aborted, false);
  });
}

test('control: Promise.all leaves the others running, as if somebody still waited', async () => {
  const { context } = testCall();
  const slow = task(never);
  await assert.rejects(Promise.all([slow.noting(context), Promise.reject(failure)]));
  assert.equal(slow.aborted(), false);
});

test('what is thrown late is swallowed, and the first error stands', async () => {
  const { context } = testCall();
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const late = Promise.withResolvers<never>();
  const fanned = fanout(context, [() => late.promise, () => Promise.reject(failure), () => late.promise]);
  await assert.rejects(fanned, (error) => error === failure);
  late.reject(new Error('late'));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
});

test('the end of the call ends all of them at once', async () => {
  const caller = new AbortController();
  const { context } = testCall({ signal: caller.signal });
  const slow = task(never);
  const fanned = fanout(context, [slow.noting]);
  const reason = new AppError('DEADLINE_EXCEEDED', {});
  caller.abort(reason);
  await assert.rejects(fanned, (error) => error === reason);
  assert.equal(slow.reason(), reason);
});

test('a call that has ended starts nothing', async () => {
  const { context } = testCall({ signal: AbortSignal.abort() });
  const none = task(never);
  await assert.rejects(fanout(context, [none.noting]), (error) => AppError.is(error, 'CANCELLED'));
  assert.equal(none.seen.length, 0);
});

test('no listener stays behind', async () => {
  const { context } = testCall();
  await fanout(context, [async () => 1]);
  await assert.rejects(fanout(context, [() => Promise.reject(failure)]));
  assert.equal(getEventListeners(context.signal, 'abort').length, 0);
});
