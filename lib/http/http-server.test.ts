import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createHttpServer } from './http-server.ts';

/** Node's own timers read requests, so these tests take real time: as little as shows the difference. */
async function startServer(t: TestContext, maxRequestReadMs?: number) {
  const app = createHttpServer({
    logger: silentLogger,
    metrics: createMetrics(),
    isReady: () => true,
    newRequestId: () => 'made-here',
    maxBodyBytes: 1_000,
    ...(maxRequestReadMs !== undefined && { maxRequestReadMs }),
  });
  app.post('/echo', async (request) => request.body);
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const { port } = app.server.address() as { port: number };
  return { app, port };
}

/** Sends bytes and nothing more. What was answered until the server closed the connection. */
function send(port: number, bytes: string) {
  const { promise: closed, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  socket.on('data', (part) => {
    text += part;
  });
  socket.once('error', reject);
  socket.once('close', () => resolve(text));
  return { socket, closed };
}

const head = 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4\r\n';

for (const [what, bytes] of [
  ['headers', head],
  ['a body', `${head}\r\n"a`],
  ['a first line', 'PO'],
] as const) {
  test(`a client that never ends ${what} is cut off; one that has more time is not yet`, {
    timeout: 10_000,
  }, async (t) => {
    const strict = await startServer(t, 100);
    const patient = await startServer(t);
    const waiting = send(patient.port, bytes);
    const { closed } = send(strict.port, bytes);
    assert.match(await closed, /^HTTP\/1\.1 408 /);
    // The control: nothing else cuts it off, and what is complete is answered.
    assert.equal(waiting.socket.closed, false);
    waiting.socket.destroy();
    const whole = send(strict.port, `${head}Connection: close\r\n\r\n"ab"`);
    assert.match(await whole.closed, /^HTTP\/1\.1 200 .*"?ab"?$/s);
  });
}

test('a request may take 30 s to be read', async (t) => {
  const { app } = await startServer(t);
  const { requestTimeout, headersTimeout } = app.server;
  assert.deepEqual([requestTimeout, headersTimeout], [30_000, 30_000]);
});
