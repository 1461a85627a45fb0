import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type RawAnswer, startLibraryServer } from './testing/library-server.ts';
import { startLiveBed } from './testing/live-bed.ts';

const shop = 'https://shop.example';
const admin = 'http://localhost:3000';
const [server, without] = await Promise.all([
  startLibraryServer({ after }, { corsOrigins: [shop, admin] }),
  startLibraryServer({ after }),
]);
const query = { query: '{ me }' };

const corsHeaders = ({ headers }: Pick<RawAnswer, 'headers'>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

function preflight(origin: string, wanted = 'authorization,content-type', to = server) {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': wanted,
  };
  return to.send('/graphql', { method: 'OPTIONS', headers });
}

for (const origin of [shop, admin]) {
  test(`${origin} may ask, and read the request's id and when to come back`, async () => {
    const asked = await preflight(origin);
    assert.equal(asked.status, 204);
    assert.deepEqual(corsHeaders(asked), {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '7200',
    });
    const answer = await server.post(query, { origin });
    assert.deepEqual(answer.result, { data: { me: 'anonymous' } });
    assert.deepEqual(corsHeaders(answer), {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'x-request-id, retry-after',
    });
    assert.match(String(answer.headers['vary']), /\borigin\b/);
  });
}

const strangers = [
  'https://evil.example',
  'https://shop.example.evil.example',
  'http://shop.example',
  'https://shop.example:8443',
  'https://SHOP.example',
  'null',
  '*',
];
for (const origin of strangers) {
  test(`a page of ${origin} may neither ask nor read`, async () => {
    const asked = await preflight(origin);
    assert.deepEqual(corsHeaders(asked), {});
    const answer = await server.post(query, { origin });
    assert.deepEqual(corsHeaders(answer), {});
    // A cache that kept it must not hand it to a page that may read.
    for (const { headers } of [asked, answer]) assert.match(String(headers['vary']), /\borigin\b/);
  });
}

test('a page that may ask reads refusals too, also of the whole request', async () => {
  const refused = [
    await server.post({}, { origin: shop }),
    await server.post(query, { origin: shop, authorization: 'Bearer bad' }),
    await server.post({ query: 'x'.repeat(200_000) }, { origin: shop }),
  ];
  assert.deepEqual(
    refused.map(({ status }) => status),
    [400, 401, 413],
  );
  for (const { headers } of refused) assert.equal(headers['access-control-allow-origin'], shop);
});

test('credentials are never allowed, and a list of headers that is none is not repeated', async () => {
  const asked = await preflight(shop, 'x-a\u00e9, ;');
  assert.equal(asked.headers['access-control-allow-headers'], undefined);
  assert.equal(asked.headers['access-control-allow-credentials'], undefined);
});

test('only the endpoint is shared, not what operators ask for', async () => {
  for (const path of ['/metrics', '/readyz']) {
    assert.deepEqual(corsHeaders(await server.send(path, { headers: { origin: shop } })), {}, path);
  }
});

test('events can be read by a page that may ask', { timeout: 20_000 }, async () => {
  const bed = await startLiveBed({ corsOrigins: [shop] });
  after(() => bed.close());
  const events = await bed.open({
    body: { query: 'subscription { order(id: "1") { status } }' },
    headers: { origin: shop },
  });
  assert.equal(events.headers['access-control-allow-origin'], shop);
  await events.next();
  events.leave();
});

test('without a list no page may ask, and nothing says so', async () => {
  const asked = await preflight(shop, undefined, without);
  assert.equal(asked.status, 404);
  assert.deepEqual(corsHeaders(asked), {});
  assert.deepEqual(corsHeaders(await without.post(query, { origin: shop })), {});
});
