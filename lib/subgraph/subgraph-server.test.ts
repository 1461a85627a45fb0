import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as turn } from 'node:timers/promises';
import { request } from 'undici';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { AppError } from '../errors/app-error.ts';
import { anonymous, type Identity } from '../identity/identity.ts';
import { createInternalTokens, identityHeader } from '../identity/internal-token.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { recordSpans } from '../telemetry/span-test-bed.ts';
import type { Subgraph, SubgraphRequest } from './subgraph.ts';
import { createSubgraphServer } from './subgraph-server.ts';

const secret = 'a secret of at least 32 characters';
const maxBodyBytes = 2_000;
const clock = new VirtualClock();
const tokens = createInternalTokens({ secret, clock });
const lines: string[] = [];
const metrics = createMetrics();
const spans = recordSpans({ sampleRatio: 0 });

const seen: { request: SubgraphRequest; call: CallContext }[] = [];
let execute: Subgraph['execute'];
/** Answers at once and notes what came. */
const answer: Subgraph['execute'] = async (subgraphRequest, call) => {
  seen.push({ request: subgraphRequest, call });
  return { data: { title: 'Emma' } };
};
let isReady = true;

const app = createSubgraphServer({
  subgraph: {
    name: 'library',
    prepare: () => assert.fail('A server knows no document beforehand.'),
    execute: (...args) => execute(...args),
  },
  tokens,
  tracing: spans.tracing,
  clock,
  logger: createLogger({ format: 'json', output: { write: (line) => lines.push(line) } }),
  metrics,
  isReady: () => isReady,
  budget: { defaultTimeoutMs: 5_000, maxTimeoutMs: 8_000 },
  newRequestId: () => 'made-here',
  maxBodyBytes,
});
const origin = await app.listen({ host: '127.0.0.1', port: 0 });
after(() => app.close());

interface Posted {
  readonly body?: string | null;
  readonly headers?: Record<string, string>;
  readonly identity?: Identity | null;
  readonly signal?: AbortSignal;
}

async function post({ body = '{"query":"{ title }"}', headers, identity = anonymous, signal }: Posted = {}) {
  const token = identity && (await tokens.sign(identity));
  const response = await request(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { [identityHeader]: token }), ...headers },
    body,
    ...(signal && { signal }),
  });
  const text = await response.body.text();
  return { status: response.statusCode, result: JSON.parse(text), text };
}

/** The last call that the subgraph saw. */
function lastSeen() {
  const last = seen.at(-1);
  assert.ok(last);
  return last;
}

test('a request brings its identity, id and budget', async () => {
  execute = answer;
  const user: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
  const body = JSON.stringify({ query: 'query A { title }', operationName: 'A', variables: { n: 1 } });
  const headers = { 'x-request-id': 'r-1', 'x-request-timeout-ms': '700' };
  const { status, result } = await post({ body, headers, identity: user });
  assert.deepEqual([status, result], [200, { data: { title: 'Emma' } }]);
  const { request: subgraphRequest, call } = lastSeen();
  assert.deepEqual(subgraphRequest, { query: 'query A { title }', operationName: 'A', variables: { n: 1 } });
  assert.deepEqual(call.identity, user);
  assert.equal(call.requestId, 'r-1');
  assert.equal(call.deadlineMs, clock.now() + 700);
  assert.equal(clock.pendingTimers, 0);
});

test('a request without id and budget gets ours; none gets more than the most', async () => {
  execute = answer;
  await post();
  assert.equal(lastSeen().call.requestId, 'made-here');
  assert.equal(lastSeen().call.deadlineMs, clock.now() + 5_000);
  await post({ headers: { 'x-request-timeout-ms': '60000' } });
  assert.equal(lastSeen().call.deadlineMs, clock.now() + 8_000);
});

test('a trace of the gateway is continued, once the gateway has proved to be one; none is begun', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  execute = answer;
  await post({ headers: { traceparent }, identity: null });
  await post();
  assert.equal(lastSeen().call.span, undefined);
  assert.deepEqual(spans.tree(), []);
  await post({ headers: { traceparent } });
  lastSeen().call.span?.child('resolve').end();
  while (spans.ended.length < 2) await turn(1);
  assert.deepEqual(spans.tree(), ['POST /graphql > resolve', 'elsewhere > POST /graphql']);
  assert.equal(spans.ended[0]?.spanContext().traceId, '4bf92f3577b34da6a3ce929d0e0e4736');
});

const asked: [what: string, query: string, header: string | undefined, freshness: string][] = [
  ['a query', '{ title }', undefined, 'any'],
  ['a mutation', 'mutation { write }', undefined, 'latest'],
  ['a query of which the gateway wants the latest', '{ title }', 'latest', 'latest'],
  ['a query of which the gateway wants what is cached', '{ title }', 'cached', 'cached'],
  ['a query of which the gateway takes anything', '{ title }', 'any', 'any'],
  ['a query with a header of another time', '{ title }', 'yesterday', 'any'],
  ['a mutation with a header of another time', 'mutation { write }', 'yesterday', 'latest'],
];
for (const [what, query, header, freshness] of asked) {
  test(`${what} reads ${freshness}`, async () => {
    execute = answer;
    await post({ body: JSON.stringify({ query }), ...(header && { headers: { 'x-freshness': header } }) });
    assert.equal(lastSeen().call.freshness, freshness);
    assert.equal(lastSeen().call.onDegraded !== undefined, freshness === 'any');
  });
}

test('a result names what of it is older than it should be', async () => {
  execute = async (_request, { onDegraded }) => {
    for (const kind of ['shop', 'goods', 'shop']) onDegraded?.(kind);
    return { data: { title: 'Emma' } };
  };
  const { result } = await post();
  assert.deepEqual(result, { data: { title: 'Emma' }, extensions: { degraded: ['goods', 'shop'] } });
});

const otherTokens = createInternalTokens({ secret: secret.toUpperCase(), clock });
for (const [what, token] of Object.entries({
  'no token': undefined,
  'an empty token': '',
  'a token that is none': 'abc',
  'a token signed with another secret': await otherTokens.sign(anonymous),
})) {
  test(`${what} is refused with 401 in errors[]`, async () => {
    execute = answer;
    const before = seen.length;
    const headers = token === undefined ? {} : { [identityHeader]: token };
    const { status, result } = await post({ identity: null, headers });
    assert.equal(status, 401);
    assert.deepEqual(result, {
      errors: [{ message: 'Log in to do this.', extensions: { code: 'UNAUTHENTICATED' } }],
    });
    assert.equal(seen.length, before);
  });
}

test('an expired token is refused', async () => {
  execute = answer;
  const token = await tokens.sign(anonymous);
  await clock.advance(61_000);
  const { status } = await post({ identity: null, headers: { [identityHeader]: token } });
  assert.equal(status, 401);
});

const badBodies: Record<string, Posted> = {
  'no body': { body: null },
  'an empty body': { body: '' },
  'JSON null': { body: 'null' },
  'a JSON list': { body: '[]' },
  'no JSON': { body: '{"query":' },
  'no query': { body: '{"variables":{}}' },
  'a query that is no text': { body: '{"query":{}}' },
  'a name that is no text': { body: '{"query":"{ title }","operationName":1}' },
  'variables that are no object': { body: '{"query":"{ title }","variables":"x"}' },
  'another media type': { body: '{ title }', headers: { 'content-type': 'application/graphql' } },
  'plain text': { body: '{ title }', headers: { 'content-type': 'text/plain' } },
};
for (const [what, posted] of Object.entries(badBodies)) {
  test(`${what} is a malformed request`, async () => {
    execute = answer;
    const { status, result } = await post(posted);
    assert.equal(status, what === 'another media type' ? 415 : 400);
    assert.deepEqual(result.errors[0].extensions, { code: 'MALFORMED_REQUEST' });
  });
}

test('a body beyond the limit is refused with the limit', async () => {
  const { status, result } = await post({ body: JSON.stringify({ query: ' '.repeat(maxBodyBytes) }) });
  assert.equal(status, 413);
  assert.deepEqual(result.errors[0].extensions, { code: 'PAYLOAD_TOO_LARGE', maxBytes: maxBodyBytes });
});

test('a budget that is no whole number is refused by name', async () => {
  const { status, result } = await post({ headers: { 'x-request-timeout-ms': 'soon' } });
  assert.equal(status, 400);
  assert.equal(result.errors[0].extensions.violations[0].field, 'x-request-timeout-ms');
});

test('a defect is masked and logged', async () => {
  execute = async () => {
    throw new Error('SELECT secret FROM books');
  };
  lines.length = 0;
  const { status, result, text } = await post();
  assert.equal(status, 500);
  assert.deepEqual(result.errors[0].extensions, { code: 'INTERNAL' });
  assert.doesNotMatch(text, /SELECT|stack/);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /SELECT secret/);
});

/** Runs until its signal aborts; `reason` tells why. */
function hangingExecute() {
  const started = Promise.withResolvers<void>();
  const reason = Promise.withResolvers<AppError>();
  execute = async (_request, { signal }) => {
    started.resolve();
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    reason.resolve(signal.reason);
    return { data: null };
  };
  return { started: started.promise, reason: reason.promise };
}

test('a client that leaves aborts the call with CANCELLED', async () => {
  const { started, reason } = hangingExecute();
  const leave = new AbortController();
  const answered = post({ signal: leave.signal });
  await started;
  leave.abort();
  await assert.rejects(answered);
  assert.equal((await reason).code, 'CANCELLED');
  await turn(0);
  assert.equal(clock.pendingTimers, 0);
});

test('the deadline aborts the call with DEADLINE_EXCEEDED', async () => {
  const { started, reason } = hangingExecute();
  const answered = post({ headers: { 'x-request-timeout-ms': '300' } });
  await started;
  await clock.advance(299);
  assert.equal(clock.pendingTimers, 1);
  await clock.advance(1);
  assert.equal((await reason).code, 'DEADLINE_EXCEEDED');
  assert.equal((await answered).status, 200);
  assert.equal(clock.pendingTimers, 0);
});

test('liveness, readiness and metrics answer without a token', async () => {
  metrics.counter({ name: 'tiffin_books_total', help: 'Books.' }).inc({});
  const get = async (path: string) => {
    const { statusCode, headers, body } = await request(origin + path);
    return { statusCode, type: headers['content-type'], text: await body.text() };
  };
  assert.equal((await get('/livez')).statusCode, 200);
  assert.equal((await get('/readyz')).statusCode, 200);
  isReady = false;
  assert.equal((await get('/readyz')).statusCode, 503);
  assert.equal((await get('/livez')).statusCode, 200);
  isReady = true;
  const { type, text } = await get('/metrics');
  assert.match(String(type), /^text\/plain; version=0\.0\.4/);
  assert.match(text, /^tiffin_books_total 1$/m);
});
