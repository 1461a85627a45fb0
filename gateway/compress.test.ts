import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { compress, encodingFor } from './compress.ts';
import { openEvents } from './testing/event-client.ts';
import { startLibraryServer } from './testing/library-server.ts';

const encodings: [header: string | undefined, expected: string | undefined][] = [
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['deflate, zstd', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['br', 'br'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['gzip;q=0.5, br;q=0.5', 'br'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0, gzip;q=0', undefined],
  ['*', 'br'],
  ['*;q=0', undefined],
  ['br;q=0, *', 'gzip'],
  ['br;q=nonsense', undefined],
  [`${'x,'.repeat(10_000)}br`, undefined],
];
for (const [header, expected] of encodings) {
  test(`accepting ${header?.slice(0, 40)} a client gets ${expected ?? 'it as it is'}`, () =>
    assert.equal(encodingFor(header), expected));
}

test('above a kilobyte, counted in bytes', async () => {
  assert.equal(await compress('x'.repeat(1_024), 'br'), undefined);
  assert.equal((await compress('x'.repeat(1_025), 'br'))?.encoding, 'br');
  assert.equal(await compress('ł'.repeat(512), 'br'), undefined);
  assert.equal((await compress('ł'.repeat(513), 'br'))?.encoding, 'br');
});

for (const chars of [2_000, 65_536, 65_537, 1_000_000]) {
  test(`a text of ${chars} characters comes back whole`, async () => {
    const text = `${'{"name":"Zażółć 🍕"},'.repeat(chars / 20)}`;
    const br = await compress(text, 'br');
    const gzip = await compress(text, 'gzip');
    assert.ok(br && gzip);
    assert.equal(brotliDecompressSync(br.body).toString(), text);
    assert.equal(gunzipSync(gzip.body).toString(), text);
    assert.ok(br.body.length < text.length / 4 && gzip.body.length < text.length / 4);
  });
}

const [server, off] = await Promise.all([
  startLibraryServer({ after }),
  startLibraryServer({ after }, { compression: false }),
]);
/** Its answer has about 2 kB. */
const large = `{ ${Array.from({ length: 20 }, (_, i) => `b${i}: books { title author { name } }`).join(' ')} }`;
const decode = { br: brotliDecompressSync, gzip: gunzipSync };

for (const encoding of ['br', 'gzip'] as const) {
  test(`an answer travels as ${encoding}, and says that it depends on what the client takes`, async () => {
    const plain = await server.post({ query: large });
    const { status, headers, bytes } = await server.post({ query: large }, { 'accept-encoding': encoding });
    assert.deepEqual([status, headers['content-encoding']], [200, encoding]);
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(Number(headers['content-length']), bytes.length);
    assert.ok(bytes.length < plain.bytes.length / 2);
    assert.equal(decode[encoding](bytes).toString(), plain.text);
    for (const answer of [{ headers }, plain])
      assert.match(String(answer.headers['vary']), /accept-encoding/);
  });
}

test('a small answer, and one that nobody asked to compress, travel as they are', async () => {
  const small = await server.post({ query: '{ me }' }, { 'accept-encoding': 'br' });
  assert.deepEqual(small.result, { data: { me: 'anonymous' } });
  const plain = await server.post({ query: large });
  assert.equal(plain.headers['content-encoding'], undefined);
});

test('errors are compressed too', async () => {
  const fields = Array.from({ length: 20 }, (_, i) => `b${i}: book(id: "1") { failing }`);
  const query = `{ ${fields.join(' ')} }`;
  const refused = await server.post({ query }, { 'accept-encoding': 'gzip' });
  assert.equal(refused.headers['content-encoding'], 'gzip');
  assert.match(gunzipSync(refused.bytes).toString(), /INTERNAL/);
});

test('events are not compressed', { timeout: 20_000 }, async () => {
  const headers = { 'accept-encoding': 'br, gzip' };
  const events = await openEvents(server.url, { body: { query: large }, headers });
  assert.equal(events.headers['content-encoding'], undefined);
  const event = await events.next();
  assert.equal(event.kind, 'next');
});

test('it can be switched off', async () => {
  const headers = { 'accept-encoding': 'br, gzip' };
  const { headers: answered } = await off.post({ query: large }, headers);
  assert.equal(answered['content-encoding'], undefined);
  assert.equal(answered['vary'], undefined);
});
