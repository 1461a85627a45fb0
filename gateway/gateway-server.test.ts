import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as turn } from 'node:timers/promises';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { SubgraphContext } from '@tiffin/lib/subgraph/subgraph-context';
import { createLogger } from '@tiffin/lib/telemetry/logger';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import type { LightMyRequestResponse } from 'fastify';
import { request } from 'undici';
import type { Executor, PreparedOperation } from './executor.ts';
import { createGatewayServer } from './gateway-server.ts';
import { loadExecutors } from './testing/executors.ts';
import { graphOn } from './testing/graph-on.ts';
import { createLibrary } from './testing/library.ts';

const graphQLType = 'application/graphql-response+json';
const json = 'application/json; charset=utf-8';
const maxBodyBytes = 100_000;

const clock = new VirtualClock();
const metrics = createMetrics();
const lines: string[] = [];
let me: ((context: SubgraphContext) => unknown) | undefined;
const library = createLibrary({
  me: (context) => (me ? me(context) : context.call.identity.kind),
  failing: () => new Error('SELECT secret'),
});
const executors = await loadExecutors(library.supergraphSdl, library.subgraphOf, clock);
let broken: PreparedOperation['run'] | undefined;
const executor: Executor = {
  ...executors.compiled,
  async prepare(operation) {
    const prepared = await executors.compiled.prepare(operation);
    return { ...prepared, run: (...args) => (broken ?? prepared.run)(...args) };
  },
};
const graph = graphOn(executor);

const app = createGatewayServer({
  graph,
  errors: 'catalogue',
  tokens: {
    async verify(token) {
      if (token !== 'good') throw new AppError('UNAUTHENTICATED', {});
      return { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
    },
  },
  clock,
  logger: createLogger({ format: 'json', output: { write: (line) => lines.push(line) } }),
  metrics,
  isReady: () => true,
  budget: { defaultTimeoutMs: 5_000, maxTimeoutMs: 10_000 },
  newRequestId: () => 'made-here',
  maxBodyBytes,
});
after(async () => {
  await app.close();
  await executors.stop();
});

type Body = string | { query?: unknown; operationName?: unknown; variables?: unknown };

async function post(body: Body, headers: Record<string, string> = {}) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const all = { 'content-type': 'application/json', ...headers };
  return answerOf(await app.inject({ method: 'POST', url: '/graphql', headers: all, payload }));
}

async function get(parameters: Record<string, string>, headers: Record<string, string> = {}) {
  return answerOf(await app.inject({ url: `/graphql?${new URLSearchParams(parameters)}`, headers }));
}

function answerOf(response: LightMyRequestResponse) {
  const { statusCode: status, headers, body } = response;
  const result = JSON.parse(body);
  return { status, headers, type: headers['content-type'], result, error: result.errors?.[0] };
}

test('a query by POST and by GET', async () => {
  const query = 'query ($id: ID!) { book(id: $id) { title author { name } } }';
  const expected = { data: { book: { title: 'Book 1', author: { name: 'Author a1' } } } };
  const posted = await post({ query, variables: { id: '1' } });
  assert.deepEqual([posted.status, posted.result], [200, expected]);
  const got = await get({ query, variables: '{"id":"1"}' });
  assert.deepEqual([got.status, got.result], [200, expected]);
});

test('operationName picks one of several operations', async () => {
  const query = 'query A { me } query B { book(id: "2") { title } }';
  assert.deepEqual((await post({ query, operationName: 'B' })).result, {
    data: { book: { title: 'Book 2' } },
  });
});

test('the schema can be asked for', async () => {
  const { result } = await post({ query: '{ __schema { queryType { name } } }' });
  assert.deepEqual(result, { data: { __schema: { queryType: { name: 'Query' } } } });
});

test('a signed-in user is known to the subgraphs, somebody without a token is anonymous', async () => {
  assert.deepEqual((await post({ query: '{ me }' })).result, { data: { me: 'anonymous' } });
  const { result } = await post({ query: '{ me }' }, { authorization: 'Bearer good' });
  assert.deepEqual(result, { data: { me: 'user' } });
});

const lend = 'mutation { lend(id: "1") { __typename ... on LendSuccess { book { title } } } }';

test('a mutation by POST; its expected failure is data', async () => {
  const { result } = await post({ query: lend }, { authorization: 'Bearer good' });
  assert.deepEqual(result, { data: { lend: { __typename: 'LendSuccess', book: { title: 'Book 1' } } } });
  assert.deepEqual((await post({ query: lend })).result, {
    data: { lend: { __typename: 'Unauthenticated' } },
  });
});

test('a query takes what there is, and says what of its answer is older than it should be', async () => {
  const seen: unknown[] = [];
  let kinds = ['shop', 'goods', 'SELECT secret', 'shop'];
  me = ({ call }) => {
    seen.push(call.freshness);
    for (const kind of kinds) call.onDegraded?.(kind);
    return 'somebody';
  };
  const data = { me: 'somebody' };
  // What a client says of freshness is nobody's business.
  const degraded = await post({ query: '{ me }' }, { 'x-freshness': 'latest' });
  assert.deepEqual(degraded.result, { data, extensions: { degraded: ['goods', 'shop'] } });
  kinds = [];
  assert.deepEqual((await post({ query: '{ me }' })).result, { data });
  assert.deepEqual((await get({ query: '{ me }' })).result, { data });
  assert.deepEqual(seen, ['any', 'any', 'any']);
  me = undefined;
});

test('a mutation by GET is refused and does not run', async () => {
  let ran = false;
  broken = async () => {
    ran = true;
    return {};
  };
  const { status, headers, type, error } = await get({ query: lend }, { authorization: 'Bearer good' });
  broken = undefined;
  assert.equal(status, 405);
  assert.equal(headers['allow'], 'POST');
  assert.equal(type, json);
  assert.deepEqual(error.extensions, { code: 'MALFORMED_REQUEST' });
  assert.equal(ran, false);
});

const refusedBodies: Record<string, Body> = {
  'no JSON': '{"query":',
  'an empty body': '',
  null: 'null',
  'a list': '[]',
  'no query': {},
  'a query that is no text': { query: 1 },
  'variables that are no object': { query: '{ me }', variables: 'x' },
  'variables that are a list': { query: '{ me }', variables: [] },
  'a name that is no text': { query: '{ me }', operationName: 1 },
  'a forbidden key': '{"query":"{ me }","__proto__":{"x":1}}',
};
for (const [what, body] of Object.entries(refusedBodies)) {
  test(`a body of ${what} is malformed: 400`, async () => {
    for (const accept of ['application/json', graphQLType]) {
      const { status, error, result } = await post(body, { accept });
      assert.equal(status, 400);
      assert.equal(result.errors.length, 1);
      assert.deepEqual(error.extensions, { code: 'MALFORMED_REQUEST' });
    }
  });
}

const refusedOperations: Record<string, { body: Exclude<Body, string>; message: RegExp }> = {
  'a text that does not parse': { body: { query: '{ me' }, message: /^Syntax Error/ },
  'a text that does not fit the schema': { body: { query: '{ you }' }, message: /^Cannot query field "you"/ },
  'an unknown operation name': {
    body: { query: 'query A { me }', operationName: 'B' },
    message: /no operation named "B"/,
  },
  'a variable of the wrong type': {
    body: { query: 'query ($n: Int!) { book(id: "1") { pages(from: $n) } }', variables: { n: 'x' } },
    message: /^Variable "\$n" got invalid value "x"/,
  },
  'a missing variable': {
    body: { query: 'query ($id: ID!) { book(id: $id) { title } }' },
    message: /^Variable "\$id" of required type "ID!" was not provided/,
  },
  'a subscription': { body: { query: 'subscription { me }' }, message: /^Subscriptions are not supported/ },
  'a text that is nested without end': {
    body: { query: '{ books '.repeat(10_000) },
    message: /nested too deeply/,
  },
};
for (const [what, { body, message }] of Object.entries(refusedOperations)) {
  test(`${what} is malformed: 400, and 200 for clients of application/json`, async () => {
    for (const [accept, status] of [
      [graphQLType, 400],
      ['application/json', 200],
    ] as const) {
      const answer = await post(body, { accept });
      assert.equal(answer.status, status);
      assert.equal(answer.type, `${accept}; charset=utf-8`);
      assert.match(answer.error.message, message);
      assert.deepEqual(answer.error.extensions, { code: 'MALFORMED_REQUEST' });
      assert.equal(answer.result.data, undefined);
    }
  });
}

test('an argument that a variable filled with null is the request’s fault, found by a subgraph', async () => {
  const query = 'query ($n: Int = 2) { book(id: "1") { title pages(from: $n) } }';
  const { status, result, error } = await post({ query, variables: { n: null } });
  assert.equal(status, 200);
  assert.deepEqual(result.data, { book: { title: 'Book 1', pages: null } });
  assert.deepEqual([error.path, error.extensions], [['book', 'pages'], { code: 'MALFORMED_REQUEST' }]);
});

test('a body beyond the limit: 413 with the limit', async () => {
  const tenMegabytes = JSON.stringify({ query: `{ me } #${'x'.repeat(10 * 1024 * 1024)}` });
  const { status, result, error } = await post(tenMegabytes);
  assert.equal(status, 413);
  assert.deepEqual(error.extensions, { code: 'PAYLOAD_TOO_LARGE', maxBytes: maxBodyBytes });
  assert.equal(result.errors.length, 1);
});

const tokens = { 'a bad token': 'Bearer bad', 'another scheme': 'Basic good', 'an empty header': '' };
for (const [what, authorization] of Object.entries(tokens)) {
  test(`${what}: 401 in errors[], in the media type that the client accepts`, async () => {
    for (const accept of ['application/json', graphQLType]) {
      const answer = await post({ query: '{ me }' }, { authorization, accept });
      assert.equal(answer.status, 401);
      assert.equal(answer.type, `${accept}; charset=utf-8`);
      assert.deepEqual(answer.result, {
        errors: [{ message: 'Log in to do this.', extensions: { code: 'UNAUTHENTICATED' } }],
      });
    }
  });
}

const media: [accept: string | undefined, type: string][] = [
  [undefined, json],
  ['*/*', json],
  ['application/json', json],
  [graphQLType, `${graphQLType}; charset=utf-8`],
  [`${graphQLType}, application/json;q=0.9`, `${graphQLType}; charset=utf-8`],
];
for (const [accept, type] of media) {
  test(`accepting ${accept ?? 'nothing in particular'} a client gets ${type}`, async () => {
    const answer = await post({ query: '{ me }' }, accept === undefined ? {} : { accept });
    assert.deepEqual([answer.status, answer.type], [200, type]);
  });
}

test('a media type that we do not write or read: 406, 415', async () => {
  const unwritable = await post({ query: '{ me }' }, { accept: 'text/csv' });
  assert.deepEqual([unwritable.status, unwritable.error.extensions], [406, { code: 'MALFORMED_REQUEST' }]);
  const unreadable = await post('{ me }', { 'content-type': 'text/plain' });
  assert.deepEqual([unreadable.status, unreadable.error.extensions], [415, { code: 'MALFORMED_REQUEST' }]);
});

test('the request id is handed back, also with an error', async () => {
  const headers = { 'x-request-id': 'r-1' };
  assert.equal((await post({ query: '{ me }' }, headers)).headers['x-request-id'], 'r-1');
  assert.equal((await post('{', headers)).headers['x-request-id'], 'r-1');
  assert.equal(
    (await post({ query: '{ me }' }, { 'x-request-id': 'a b' })).headers['x-request-id'],
    'made-here',
  );
});

test('the id and the budget of a request reach the subgraphs', async () => {
  let call: SubgraphContext['call'] | undefined;
  me = (context) => {
    call = context.call;
    return 'seen';
  };
  await post({ query: '{ me }' }, { 'x-request-id': 'r-2', 'x-request-timeout-ms': '700' });
  me = undefined;
  assert.equal(call?.requestId, 'r-2');
  assert.equal(call?.deadlineMs, clock.now() + 700);
  assert.equal(clock.pendingTimers, 0);
});

test('a budget that is no whole number: 400 by name', async () => {
  const { status, error } = await post({ query: '{ me }' }, { 'x-request-timeout-ms': '1.5' });
  assert.equal(status, 400);
  assert.equal(error.extensions.code, 'INVALID_ARGUMENT');
  assert.equal(error.extensions.violations[0].field, 'x-request-timeout-ms');
});

test('a defect of a subgraph is masked, and its siblings live', async () => {
  const { status, result } = await post({ query: '{ book(id: "1") { title failing } }' });
  assert.equal(status, 200);
  assert.deepEqual(result, {
    data: { book: { title: 'Book 1', failing: null } },
    errors: [
      {
        message: 'Something went wrong on our side.',
        path: ['book', 'failing'],
        extensions: { code: 'INTERNAL' },
      },
    ],
  });
});

for (const [what, run] of Object.entries<PreparedOperation['run']>({
  'an error in its result': async () => ({ data: null, errors: [new Error('SELECT secret') as never] }),
  'a rejection': async () => {
    throw new Error('SELECT secret');
  },
})) {
  test(`a defect of the executor, as ${what}, is masked and logged with the request id`, async () => {
    broken = run;
    lines.length = 0;
    const { error, result } = await post({ query: '{ me }' }, { 'x-request-id': 'r-3' });
    broken = undefined;
    assert.deepEqual(error.extensions, { code: 'INTERNAL' });
    assert.doesNotMatch(JSON.stringify(result), /SELECT|stack/);
    const logged = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
    assert.equal(logged.length, 1);
    assert.deepEqual([logged[0].requestId, logged[0].err.message], ['r-3', 'SELECT secret']);
  });
}

test('a request leaves one line, without token, query or variables, and one measurement', async () => {
  lines.length = 0;
  const query = 'query Hidden($id: ID!) { book(id: $id) { title } }';
  const variables = { id: 'variable-secret' };
  await post({ query, variables }, { authorization: 'Bearer good' });
  await get({ query, variables: JSON.stringify(variables) }, { authorization: 'Bearer bad' });
  assert.equal(lines.length, 2);
  assert.doesNotMatch(lines.join(), /good|bad|Hidden|variable-secret/);
  const [first, second] = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    [first.requestId, first.method, first.status, first.durationMs],
    ['made-here', 'POST', 200, 0],
  );
  assert.deepEqual([second.method, second.status], ['GET', 401]);
  const text = await metrics.text();
  assert.match(text, /^tiffin_http_request_duration_seconds_count\{method="GET",status="401"\} 1$/m);
});

test('an unknown address is refused like any other request', async () => {
  for (const url of ['/', '/graphq', '/graphql/', '/.env']) {
    const { statusCode, body } = await app.inject({ url });
    assert.equal(statusCode, 404);
    assert.equal(JSON.parse(body).errors[0].extensions.code, 'ROUTE_NOT_FOUND');
  }
});

test('liveness, readiness and metrics', async () => {
  assert.equal((await app.inject({ url: '/livez' })).statusCode, 200);
  assert.equal((await app.inject({ url: '/readyz' })).statusCode, 200);
  assert.match((await app.inject({ url: '/metrics' })).body, /^# HELP tiffin_http_request_duration_seconds/m);
});

test('a client that leaves, and a budget that ends, abort the call in the subgraph', async () => {
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const ask = (headers: Record<string, string>, signal?: AbortSignal) =>
    request(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"query":"{ me }"}',
      ...(signal && { signal }),
    });
  let started = Promise.withResolvers<AbortSignal>();
  me = async ({ call: { signal } }) => {
    started.resolve(signal);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    throw signal.reason;
  };

  const leave = new AbortController();
  const abandoned = ask({}, leave.signal);
  const left = await started.promise;
  leave.abort();
  await assert.rejects(abandoned);
  while (!left.aborted) await turn(1);
  assert.ok(AppError.is(left.reason, 'CANCELLED'));

  started = Promise.withResolvers();
  const late = ask({ 'x-request-timeout-ms': '300' });
  await started.promise;
  await clock.advance(300);
  const { statusCode, body } = await late;
  const { errors } = (await body.json()) as { errors: { extensions: { code: string } }[] };
  assert.deepEqual([statusCode, errors[0]?.extensions.code], [200, 'DEADLINE_EXCEEDED']);
  me = undefined;
  assert.equal(clock.pendingTimers, 0);
});
