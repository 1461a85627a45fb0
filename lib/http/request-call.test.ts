import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { AppError } from '../errors/app-error.ts';
import { anonymous } from '../identity/identity.ts';
import { recordSpans } from '../telemetry/span-test-bed.ts';
import type { StartSpan } from '../telemetry/tracing.ts';
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

/** Answers one request for `/things/7` under its call, and hands on what its headers and `answer` led to. */
async function traced(startSpan: StartSpan, headers: Record<string, string>, answer: () => string) {
  const spans: unknown[] = [];
  const app = fastify();
  app.get('/things/:id', async (request, reply) => {
    using requested = requestCall(request, reply, anonymous, new VirtualClock(), budget, startSpan);
    spans.push(requested.call.span);
    return answer();
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/things/7?token=secret`, { headers });
  await response.text();
  await app.close();
  return spans;
}

test("a traced request's span lasts until the answer is sent, and knows the route but not the url", async () => {
  const recorded = recordSpans();
  const [span] = await traced(recorded.tracing.rootSpan, {}, () => 'done');
  assert.ok(span);
  const [ended] = recorded.ended;
  assert.equal(ended?.name, 'GET /things/:id');
  assert.equal(ended?.kind, SpanKind.SERVER);
  assert.deepEqual(ended?.attributes, {
    'http.request.method': 'GET',
    'http.route': '/things/:id',
    'tiffin.request_id': 'req-1',
    'http.response.status_code': 200,
  });
});

const statuses = { 500: SpanStatusCode.ERROR, 404: SpanStatusCode.UNSET };
for (const [statusCode, status] of Object.entries(statuses)) {
  test(`the span of a request that throws has its status, ${statusCode}`, async () => {
    const recorded = recordSpans();
    await traced(recorded.tracing.rootSpan, {}, () => {
      throw Object.assign(new Error('secret'), { statusCode: Number(statusCode) });
    });
    const [ended] = recorded.ended;
    assert.equal(ended?.attributes['http.response.status_code'], Number(statusCode));
    assert.equal(ended?.status.code, status);
    assert.doesNotMatch(JSON.stringify([ended?.attributes, ended?.events, ended?.status]), /secret/);
  });
}

test('a request of our own process continues its trace, one that is not traced has no span', async () => {
  const recorded = recordSpans({ sampleRatio: 0 });
  const { continuedSpan, rootSpan } = recorded.tracing;
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  assert.ok((await traced(continuedSpan, { traceparent }, () => 'done'))[0]);
  assert.equal((await traced(continuedSpan, {}, () => 'done'))[0], undefined);
  assert.equal((await traced(rootSpan, { traceparent }, () => 'done'))[0], undefined);
  assert.deepEqual(recorded.tree(), ['elsewhere > GET /things/:id']);
});

test('the span of a client that left before the call began has ended', () =>
  withRequest(undefined, async ({ reply, clock }) => {
    const closed = new Promise((resolve) => reply.raw.once('close', resolve));
    reply.raw.destroy();
    await closed;
    const recorded = recordSpans();
    using _requested = requestCall(reply.request, reply, anonymous, clock, budget, recorded.tracing.rootSpan);
    assert.deepEqual(recorded.tree(), ['GET /']);
    assert.equal(recorded.ended[0]?.attributes['http.response.status_code'], undefined);
  }));
