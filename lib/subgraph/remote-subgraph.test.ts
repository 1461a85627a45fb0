import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as turn } from 'node:timers/promises';
import { systemClock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { anonymous, type Identity } from '../identity/identity.ts';
import { createInternalTokens, identityHeader } from '../identity/internal-token.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { OperationScope } from './operation-scope.ts';
import { createRemoteSubgraph } from './remote-subgraph.ts';
import type { Subgraph, SubgraphRequest } from './subgraph.ts';
import { createSubgraphServer } from './subgraph-server.ts';

const clock = systemClock;
const tokens = createInternalTokens({ secret: 'a secret of at least 32 characters', clock });
const user: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };

const cleanups: (() => Promise<unknown>)[] = [];
after(() => Promise.all(cleanups.map((cleanup) => cleanup())));

/** A remote subgraph that talks to `url`; a foreign one without a signer. */
function connect(url: string, signer: typeof tokens | null = tokens) {
  const lines: string[] = [];
  const logger = createLogger({ format: 'json', output: { write: (line) => lines.push(line) } });
  const remote = createRemoteSubgraph({
    name: 'library',
    url: new URL(url),
    ...(signer && { tokens: signer }),
    clock,
    logger,
    maxResponseBytes: 10_000,
    maxConnections: 1,
  });
  cleanups.push(() => remote.close());
  const execute = async (
    call: Partial<CallContext> = {},
    request: SubgraphRequest = { query: '{ title }' },
  ) =>
    JSON.parse(
      JSON.stringify(await remote.execute(request, { ...callContext(), ...call }, new OperationScope())),
    );
  return { execute, lines, remote };
}

const callContext = (): CallContext => ({
  requestId: 'r-1',
  identity: user,
  deadlineMs: clock.now() + 30_000,
  signal: new AbortController().signal,
});

const notPrepared = () => assert.fail('A server knows no document beforehand.');

/** A subgraph of ours behind HTTP. */
async function serve(execute: Subgraph['execute']): Promise<string> {
  const app = createSubgraphServer({
    subgraph: { name: 'library', execute, prepare: notPrepared },
    tokens,
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    isReady: () => true,
    budget: { defaultTimeoutMs: 60_000, maxTimeoutMs: 60_000 },
    newRequestId: () => 'made-here',
    maxBodyBytes: 10_000,
  });
  cleanups.push(() => app.close());
  return `${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`;
}

/** Any other HTTP server. */
async function serveAnything(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

test('request, identity, request id and deadline arrive; the result comes back as it is', async () => {
  const seen: { request: SubgraphRequest; call: CallContext }[] = [];
  const error = {
    message: 'The input is not valid.',
    path: ['title'],
    extensions: { code: 'INVALID_ARGUMENT' },
  };
  const url = await serve(async (request, call) => {
    seen.push({ request, call });
    return { data: { title: null }, errors: [error] } as never;
  });
  const { execute, lines } = connect(url);
  const request = { query: 'query A($n: Int) { title(n: $n) }', operationName: 'A', variables: { n: 1 } };
  const { deadlineMs } = callContext();
  const result = await execute({ deadlineMs }, request);
  assert.deepEqual(result, { data: { title: null }, errors: [error] });
  assert.deepEqual(lines, []);
  assert.deepEqual(seen[0]?.request, request);
  const call = seen[0]?.call;
  assert.deepEqual([call?.requestId, call?.identity], ['r-1', user]);
  const lateMs = Number(call?.deadlineMs) - deadlineMs;
  assert.ok(lateMs >= 0 && lateMs < 1_000, `the deadline moved by ${lateMs} ms`);
});

test('a user who is not signed in is signed as such', async () => {
  let identity: Identity | undefined;
  const url = await serve(async (_request, call) => {
    identity = call.identity;
    return { data: {} };
  });
  await connect(url).execute({ identity: anonymous });
  assert.deepEqual(identity, anonymous);
});

test('a subgraph that refuses our token is a defect of ours: the client must not be asked to log in', async () => {
  const url = await serve(async () => ({ data: {} }));
  const otherTokens = createInternalTokens({ secret: 'another secret of 32 characters!', clock });
  const { execute, lines } = connect(url, otherTokens);
  const result = await execute();
  assert.deepEqual(result.errors[0].extensions, { code: 'INTERNAL' });
  assert.match(lines[0] ?? '', /Subgraph library answered HTTP 401/);
});

type Answer = { status?: number; body: string };
const answers: Record<string, Answer & { code: string }> = {
  null: { body: 'null', code: 'INTERNAL' },
  text: { body: 'It works!', code: 'INTERNAL' },
  nothing: { body: '', code: 'INTERNAL' },
  'JSON without data or errors': { body: '{"hello":"world"}', code: 'INTERNAL' },
  'JSON with text for data': { body: '{"data":"x"}', code: 'INTERNAL' },
  'half of an answer': { body: '{"data":{"title":', code: 'INTERNAL' },
  'more than the limit': { body: JSON.stringify({ data: { title: 'x'.repeat(10_001) } }), code: 'INTERNAL' },
  'a page of another server': { status: 404, body: '<h1>Not here</h1>', code: 'INTERNAL' },
  "a proxy's error": { status: 502, body: '<h1>Bad gateway</h1>', code: 'UNAVAILABLE' },
};

for (const [what, { status = 200, body, code }] of Object.entries(answers)) {
  test(`${what} instead of a result is ${code}, logged and not shown`, async () => {
    const url = await serveAnything((_request, response) => response.writeHead(status).end(body));
    const { execute, lines } = connect(url);
    const result = await execute();
    assert.equal(result.data, undefined);
    assert.equal(result.errors.length, 1);
    assert.equal(result.errors[0].extensions.code, code);
    assert.doesNotMatch(JSON.stringify(result), /library|HTTP|exceeded/);
    assert.equal(lines.length, 1);
    const line = JSON.parse(lines[0] ?? '');
    assert.deepEqual([line.requestId, line.subgraph, line.code], ['r-1', 'library', code]);
  });
}

test('a subgraph that is down is UNAVAILABLE with a time to retry', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const { execute, lines } = connect(`http://127.0.0.1:${port}/graphql`);
  assert.deepEqual(await execute(), {
    errors: [
      {
        message: 'This is not available right now. Try again later.',
        extensions: { code: 'UNAVAILABLE', retryAfterMs: 1_000 },
      },
    ],
  });
  assert.equal(lines.length, 1);
});

test('a subgraph that hangs up in the middle is UNAVAILABLE', async () => {
  const url = await serveAnything((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"data":');
    setImmediate(() => response.destroy());
  });
  assert.equal((await connect(url).execute()).errors[0].extensions.code, 'UNAVAILABLE');
});

test('a subgraph that never answers is DEADLINE_EXCEEDED when the budget is over', async () => {
  const url = await serveAnything(() => {});
  const result = await connect(url).execute({ deadlineMs: clock.now() + 20 });
  assert.equal(result.errors[0].extensions.code, 'DEADLINE_EXCEEDED');
});

test('a call whose budget is spent is not sent', async () => {
  let requests = 0;
  const url = await serveAnything((_request, response) => {
    requests++;
    response.end('{"data":{}}');
  });
  const result = await connect(url).execute({ deadlineMs: clock.now() });
  assert.equal(result.errors[0].extensions.code, 'DEADLINE_EXCEEDED');
  assert.equal(requests, 0);
});

for (const code of ['CANCELLED', 'DEADLINE_EXCEEDED'] as const) {
  test(`a call that ends with ${code} ends at once on both sides`, async () => {
    const started = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<AppError>();
    const url = await serve(async (_request, { signal }) => {
      started.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      reached.resolve(signal.reason);
      return { data: {} };
    });
    const end = new AbortController();
    const { execute, lines } = connect(url);
    const result = execute({ signal: end.signal });
    await started.promise;
    end.abort(new AppError(code, {}));
    assert.equal((await result).errors[0].extensions.code, code);
    assert.equal((await reached.promise).code, 'CANCELLED');
    assert.deepEqual(lines, []);
  });
}

test('a call whose signal has aborted is not sent', async () => {
  const url = await serveAnything((_request, response) => response.end('{"data":{}}'));
  const result = await connect(url).execute({ signal: AbortSignal.abort() });
  assert.equal(result.errors[0].extensions.code, 'CANCELLED');
});

test('a call leaves no listener on the signal of its operation', async () => {
  const url = await serve(async () => ({ data: {} }));
  const { execute } = connect(url);
  const { signal } = new AbortController();
  const added: unknown[] = [];
  let everAdded = 0;
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(...args: Parameters<AbortSignal['addEventListener']>) {
      everAdded = added.push(args[1]);
      addEventListener.apply(signal, args);
    },
    removeEventListener(...args: Parameters<AbortSignal['removeEventListener']>) {
      added.splice(added.indexOf(args[1]), 1);
      removeEventListener.apply(signal, args);
    },
  });
  await execute({ signal });
  await turn(0);
  assert.ok(everAdded > 0);
  assert.deepEqual(added, []);
});

test('a prepared request sends the same document with other variables', async () => {
  const bodies: string[] = [];
  const url = await serveAnything(async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()).toString());
    response.end('{"data":{}}');
  });
  const { remote } = connect(url);
  const operation = { query: 'query A($n: String) {\n title(n: $n) }', operationName: 'A' };
  const prepared = remote.prepare(operation);
  await prepared({ n: '"1"' }, callContext(), new OperationScope());
  await prepared(undefined, callContext(), new OperationScope());
  await remote.prepare({ query: '{ title }' })({}, callContext(), new OperationScope());
  assert.deepEqual(bodies, [
    JSON.stringify({ ...operation, variables: { n: '"1"' } }),
    JSON.stringify(operation),
    JSON.stringify({ query: '{ title }', variables: {} }),
  ]);
});

test('a foreign subgraph is told the deadline and the request id, but not who calls', async () => {
  let headers: IncomingHttpHeaders = {};
  const url = await serveAnything((request, response) => {
    headers = request.headers;
    response.end('{"data":{}}');
  });
  await connect(url, null).execute();
  assert.equal(headers[identityHeader], undefined);
  assert.equal(headers['x-request-id'], 'r-1');
  assert.ok(Number(headers['x-request-timeout-ms']) > 0);
  assert.equal(headers.accept, 'application/graphql-response+json, application/json');
});

test('the freshness arrives, and what of the answer is older than that is told', async () => {
  const seen: CallContext['freshness'][] = [];
  const url = await serve(async (_request, call) => {
    seen.push(call.freshness);
    for (const kind of ['shop', 'goods', 'shop']) call.onDegraded?.(kind);
    return { data: {} };
  });
  const { execute } = connect(url);
  const told: string[] = [];
  const onDegraded = (what: string) => void told.push(what);
  await execute({ freshness: 'latest', onDegraded });
  assert.deepEqual(told, []);
  await execute({ freshness: 'any', onDegraded });
  assert.deepEqual(told, ['goods', 'shop']);
  await execute({}, { query: 'mutation { title }' });
  assert.deepEqual(seen, ['latest', 'any', 'latest']);
});

test('a foreign subgraph is not told the freshness, and what it says of degraded answers is not believed', async () => {
  let headers: IncomingHttpHeaders = {};
  const url = await serveAnything((request, response) => {
    headers = request.headers;
    response.end('{"data":{},"extensions":{"degraded":["goods"]}}');
  });
  const told: string[] = [];
  const onDegraded = (what: string) => void told.push(what);
  await connect(url, null).execute({ freshness: 'any', onDegraded });
  assert.equal(headers['x-freshness'], undefined);
  await connect(url, null).execute({ freshness: 'latest', onDegraded });
  assert.equal(headers['x-freshness'], undefined);
  assert.deepEqual(told, []);
});

for (const extensions of [
  null,
  7,
  'degraded',
  [],
  { degraded: 'goods' },
  { degraded: [7, null, 'SELECT 1'] },
]) {
  test(`extensions of ${JSON.stringify(extensions)} tell nothing`, async () => {
    const url = await serveAnything((_request, response) =>
      response.end(JSON.stringify({ data: {}, extensions })),
    );
    const result = await connect(url).execute({ freshness: 'any', onDegraded: () => assert.fail() });
    assert.deepEqual(result.data, {});
  });
}

const refusal = { errors: [{ message: 'Not today.', extensions: { code: 'CLOSED' } }] };
const graphqlType = 'application/graphql-response+json; charset=utf-8';
const foreignAnswers: Record<string, { status: number; type: string; body: unknown; isResult: boolean }> = {
  'errors of type graphql-response': { status: 400, type: graphqlType, body: refusal, isResult: true },
  'no data of type graphql-response': {
    status: 500,
    type: graphqlType,
    body: { data: null },
    isResult: true,
  },
  'errors of type JSON': { status: 400, type: 'application/json', body: refusal, isResult: true },
  'errors of type JSON, as a failure': {
    status: 503,
    type: 'application/json',
    body: refusal,
    isResult: true,
  },
  'errors that are not GraphQL': {
    status: 400,
    type: 'application/json',
    body: { errors: ['x'] },
    isResult: false,
  },
  'no errors': { status: 404, type: 'application/json', body: { data: null }, isResult: false },
  'errors of type text': { status: 400, type: 'text/plain', body: refusal, isResult: false },
  'another thing of type graphql-response': { status: 400, type: graphqlType, body: {}, isResult: false },
};

for (const [what, { status, type, body, isResult }] of Object.entries(foreignAnswers)) {
  test(`${status} of a foreign subgraph with ${what} is ${isResult ? 'a' : 'no'} result`, async () => {
    const url = await serveAnything((_request, response) =>
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body)),
    );
    const result = await connect(url, null).execute();
    if (isResult) assert.deepEqual(result, body);
    else assert.equal(result.errors[0].extensions.code, 'INTERNAL');
    const ofOurs = await connect(url).execute();
    assert.equal(ofOurs.errors[0].extensions.code, status < 500 ? 'INTERNAL' : 'UNAVAILABLE');
  });
}

/** Answers the first request of each socket, and breaks the socket at the second. */
async function serveOnceASocket(breakUp: (socket: Socket) => void) {
  const used = new WeakSet<Socket>();
  const seen: string[] = [];
  const url = await serveAnything(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    seen.push(JSON.parse(body).query);
    if (used.has(request.socket)) return breakUp(request.socket);
    used.add(request.socket);
    response.end('{"data":{"title":"Emma"}}');
  });
  return { url, seen };
}

const breakUps: Record<string, (socket: Socket) => void> = {
  closed: (socket) => socket.destroy(),
  reset: (socket) => socket.resetAndDestroy(),
};

for (const [how, breakUp] of Object.entries(breakUps)) {
  test(`a query is sent once more when its old socket is ${how}`, async () => {
    const { url, seen } = await serveOnceASocket(breakUp);
    const { execute } = connect(url);
    for (let request = 0; request < 2; request++) {
      assert.deepEqual(await execute(), { data: { title: 'Emma' } });
    }
    assert.equal(seen.length, 3);
  });

  test(`a mutation is not sent again when its old socket is ${how}: it may have been made`, async () => {
    const { url, seen } = await serveOnceASocket(breakUp);
    const { execute } = connect(url);
    await execute();
    const result = await execute({}, { query: 'mutation { rename }' });
    assert.equal(result.errors[0].extensions.code, 'UNAVAILABLE');
    assert.deepEqual(seen, ['{ title }', 'mutation { rename }']);
  });
}

test('a query is not sent again when a new socket is closed, nor twice', async () => {
  let requests = 0;
  const url = await serveAnything((request) => {
    requests++;
    request.socket.destroy();
  });
  const result = await connect(url).execute();
  assert.equal(result.errors[0].extensions.code, 'UNAVAILABLE');
  assert.equal(requests, 1);
});
