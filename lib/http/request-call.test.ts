import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import { anonymous } from '../identity/identity.ts';
import { type RequestCall, requestCall } from './request-call.ts';

const budget = { defaultTimeoutMs: 5_000, maxTimeoutMs: 8_000 };

/** Hands a request to `use` while it is open, and answers when that is done. */
async function withRequest(
  timeout: string | undefined,
  use: (open: { start(): RequestCall; clock: VirtualClock; reply: FastifyReply }) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  let failure: unknown;
  const app = fastify();
  app.get('/', async (request: FastifyRequest, reply) => {
    const start = () => requestCall(request, reply, anonymous, clock, budget);
    await use({ start, clock, reply }).catch((thrown: unknown) => {
      failure = thrown;
    });
    return 'done';
  });
  const headers = timeout === undefined ? {} : { 'x-request-timeout-ms': timeout };
  await app.inject({ url: '/', headers }).catch(() => undefined);
  await app.close();
  if (failure) throw failure;
}

const budgets: [header: string | undefined, timeoutMs: number][] = [
  [undefined, 5_000],
  ['1', 1],
  ['0250', 250],
  ['8000', 8_000],
  ['8001', 8_000],
  ['999999999', 8_000],
];
for (const [header, timeoutMs] of budgets) {
  test(`the budget of a request that asks for ${header ?? 'none'} is ${timeoutMs} ms`, () =>
    withRequest(header, async ({ start, clock }) => {
      using requested = start();
      assert.equal(requested.call.deadlineMs, clock.now() + timeoutMs);
      assert.equal(requested.call.identity, anonymous);
      assert.equal(requested.call.requestId, 'req-1');
    }));
}

for (const header of ['', '0', '-1', '1.5', '1e3', '5s', '0x10', '1, 2', '9999999999', 'soon']) {
  test(`a budget of "${header}" is refused by name, and starts nothing`, () =>
    withRequest(header, async ({ start, clock }) => {
      assert.throws(start, (error) => {
        assert.ok(AppError.is(error, 'INVALID_ARGUMENT'));
        assert.equal(error.detail.violations[0]?.field, 'x-request-timeout-ms');
        return true;
      });
      assert.equal(clock.pendingTimers, 0);
    }));
}

test('the signal aborts at the deadline, not before', () =>
  withRequest('300', async ({ start, clock }) => {
    using requested = start();
    const { signal } = requested.call;
    await clock.advance(299);
    assert.equal(signal.aborted, false);
    await clock.advance(1);
    assert.ok(AppError.is(signal.reason, 'DEADLINE_EXCEEDED'));
  }));

test('the signal aborts when the client leaves', () =>
  withRequest(undefined, async ({ start, reply }) => {
    using requested = start();
    const aborted = new Promise((resolve) => requested.call.signal.addEventListener('abort', resolve));
    reply.raw.destroy();
    await aborted;
    assert.ok(AppError.is(requested.call.signal.reason, 'CANCELLED'));
  }));

test('a client that left before the call began is noticed', () =>
  withRequest(undefined, async ({ start, reply }) => {
    const closed = new Promise((resolve) => reply.raw.once('close', resolve));
    reply.raw.destroy();
    await closed;
    using requested = start();
    assert.ok(AppError.is(requested.call.signal.reason, 'CANCELLED'));
  }));

test('an ended call leaves no timer and no listener, and is not aborted later', () =>
  withRequest(undefined, async ({ start, clock, reply }) => {
    const listenersBefore = reply.raw.listenerCount('close');
    const requested = start();
    assert.equal(clock.pendingTimers, 1);
    assert.equal(reply.raw.listenerCount('close'), listenersBefore + 1);
    requested[Symbol.dispose]();
    assert.equal(clock.pendingTimers, 0);
    assert.equal(reply.raw.listenerCount('close'), listenersBefore);
    await clock.advance(10_000);
    assert.equal(requested.call.signal.aborted, false);
  }));
