import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { SharedCounters } from '@tiffin/lib/resilience/shared-counters';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { KnownDocuments } from '../known-documents.ts';
import { type LibraryServerOptions, startLibraryServer } from '../testing/library-server.ts';
import { type ClientLimitSettings, ClientLimits } from './client-limits.ts';

const none: ClientLimitSettings = { maxRequestsPerUser: 0, maxRequestsPerAddress: 0, maxNewDocuments: 0 };
const signedIn = { authorization: 'Bearer good' };

async function startServer(
  t: TestContext,
  settings: Partial<ClientLimitSettings>,
  options: LibraryServerOptions = {},
) {
  const clock = new VirtualClock();
  const counters = new SharedCounters({ clock, logger: silentLogger });
  const clients = new ClientLimits({ ...none, ...settings }, clock, counters);
  return { clock, ...(await startLibraryServer(t, { clients, ...options })) };
}

function assertLimited({ status, headers, result }: { status: number; headers: object; result: unknown }) {
  assert.equal(status, 429);
  const { errors } = result as { errors: { extensions: { code: string; retryAfterMs: number } }[] };
  assert.equal(errors.length, 1);
  const { code, retryAfterMs } = errors[0]?.extensions ?? assert.fail();
  assert.equal(code, 'RATE_LIMITED');
  assert.ok(retryAfterMs > 0 && retryAfterMs <= 60_000);
  assert.equal((headers as Record<string, unknown>)['retry-after'], String(Math.ceil(retryAfterMs / 1_000)));
}

const me = { query: '{ me }' };

test('requests of one address: 429 with the time to wait, until the minute is over', async (t) => {
  const { post, clock, send } = await startServer(t, { maxRequestsPerAddress: 2 });
  for (const headers of [{}, signedIn]) assert.equal((await post(me, headers)).status, 200);
  assertLimited(await post(me));
  assertLimited(await post(me, signedIn));
  // Not even its body is read; what says how the process is stays open.
  const large = await send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{'.repeat(200_000),
  });
  assert.equal(large.status, 429);
  assert.equal((await send('/livez')).status, 200);
  await clock.advance(60_000);
  assert.equal((await post(me)).status, 200);
});

test('requests of one user, wherever they come from; nobody else is concerned', async (t) => {
  const { post } = await startServer(t, { maxRequestsPerUser: 2 }, { trustedProxies: ['127.0.0.1'] });
  const from = (address: string, headers = {}) => post(me, { 'x-forwarded-for': address, ...headers });
  for (const address of ['192.0.2.1', '192.0.2.2']) assert.equal((await from(address, signedIn)).status, 200);
  assertLimited(await from('192.0.2.3', signedIn));
  assert.equal((await from('192.0.2.1')).status, 200);
});

test('X-Forwarded-For is believed to trusted proxies only, and only what they added', async (t) => {
  const trusting = await startServer(t, { maxRequestsPerAddress: 1 }, { trustedProxies: ['127.0.0.0/8'] });
  const from = (server: typeof trusting, addresses: string) =>
    server.post(me, { 'x-forwarded-for': addresses });
  assert.equal((await from(trusting, '192.0.2.1')).status, 200);
  assert.equal((await from(trusting, '192.0.2.2')).status, 200);
  assertLimited(await from(trusting, '192.0.2.1'));
  // What a client wrote itself stands to the left of what the proxy saw.
  assertLimited(await from(trusting, '198.51.100.9, 192.0.2.1'));
  assert.equal((await from(trusting, '2001:db8::1')).status, 200);
  assertLimited(await from(trusting, '2001:db8::ffff'));

  const doubting = await startServer(t, { maxRequestsPerAddress: 1 });
  assert.equal((await from(doubting, '192.0.2.1')).status, 200);
  assertLimited(await from(doubting, '192.0.2.2'));
});

test('no other header says where a request comes from or goes to', async (t) => {
  const { post } = await startServer(t, { maxRequestsPerAddress: 3 }, { trustedProxies: ['127.0.0.0/8'] });
  const elsewhere = [
    { forwarded: 'for=192.0.2.1;host=elsewhere.example;proto=https' },
    { 'x-real-ip': '192.0.2.2', 'x-client-ip': '192.0.2.3', 'true-client-ip': '192.0.2.4' },
    { host: 'elsewhere.example', 'x-forwarded-host': 'elsewhere.example', 'x-original-url': '/elsewhere' },
  ];
  for (const headers of elsewhere) {
    const { status, text, headers: answered } = await post(me, headers);
    assert.deepEqual([status, JSON.parse(text)], [200, { data: { me: 'anonymous' } }]);
    assert.doesNotMatch(text + JSON.stringify(answered), /elsewhere|192\.0\.2/);
  }
  for (const headers of elsewhere) assertLimited(await post(me, headers));
  // The control: the one header that a trusted proxy does say it with.
  assert.equal((await post(me, { 'x-forwarded-for': '192.0.2.1' })).status, 200);
});

test('new documents of one client: known and trusted ones are free', async (t) => {
  const trusted = '{ me }';
  const documents = new KnownDocuments({ trusted: new Map([['any', trusted]]), mode: 'allow' });
  const { post, clock } = await startServer(t, { maxNewDocuments: 3 }, { documents });
  const query = (alias: string, headers = {}) => post({ query: `{ ${alias}: me }` }, headers);
  for (const alias of ['a', 'b']) assert.equal((await query(alias)).status, 200);
  // One that is refused has cost as much.
  assert.equal((await post({ query: '{ you }' })).result.errors[0].extensions.code, 'MALFORMED_REQUEST');
  assertLimited(await query('d'));
  assertLimited(await post({ query: '{ nobody }' }));
  assert.equal((await query('a')).status, 200);
  assert.equal((await post({ query: trusted })).status, 200);
  // Whoever is signed in has a bound of their own.
  assert.equal((await query('d', signedIn)).status, 200);
  assert.equal((await query('d')).status, 200);
  await clock.advance(20_000);
  assert.equal((await query('e')).status, 200);
  assertLimited(await query('f'));
});

test('new documents count also where events are accepted', async (t) => {
  const { post } = await startServer(t, { maxNewDocuments: 1 });
  const events = { accept: 'text/event-stream' };
  const first = await post({ query: '{ me }' }, { accept: 'text/event-stream, application/json' });
  assert.equal(first.status, 200);
  assertLimited(await post({ query: '{ a: me }' }, events));
});

test('zero is no bound', async (t) => {
  const { post } = await startServer(t, {});
  for (let n = 0; n < 50; n++) assert.equal((await post({ query: `{ a${n}: me }` }, signedIn)).status, 200);
});

test('a value that does not fit is not sent back without end', async (t) => {
  const { post } = await startServer(t, {});
  const query = 'query ($n: Int!) { book(id: "1") { pages(from: $n) } }';
  const { text, result } = await post({ query, variables: { n: 'x'.repeat(90_000) } });
  assert.equal(result.errors[0].extensions.code, 'MALFORMED_REQUEST');
  assert.ok(text.length < 1_000);
  const named = await post({ query: '{ me }', operationName: 'x'.repeat(90_000) });
  assert.ok(named.text.length < 1_000);
});
