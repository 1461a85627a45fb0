import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { startLibraryServer } from './testing/library-server.ts';

// A gateway behind a proxy is smuggled to where both do not agree on where a request ends. Whatever could be read in two
// ways is refused, and with it the connection: what came behind it is not read.
const server = await startLibraryServer({ after });
const { port } = new URL(server.url);

const body = '{"query":"{ me }"}';
const start = 'POST /graphql HTTP/1.1\r\nHost: tiffin.example\r\nContent-Type: application/json\r\n';
const length = `Content-Length: ${body.length}\r\n`;
const chunked = 'Transfer-Encoding: chunked\r\n';
const inChunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const hidden = `${start}${length}Connection: close\r\n\r\n${body}`;

/** The status of each answer to the bytes, once the server has closed the connection. */
function statusesOf(bytes: string): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  let text = '';
  const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes, 'latin1'));
  socket.setEncoding('latin1');
  socket.on('data', (part) => {
    text += part;
  });
  socket.once('error', reject);
  socket.once('close', () =>
    resolve([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) => code ?? '')),
  );
  return promise;
}

const ambiguous: [what: string, bytes: string][] = [
  ['a length and chunks', `${start}${length}${chunked}\r\n${inChunks}`],
  ['chunks and a length', `${start}${chunked}Content-Length: 4\r\n\r\n${inChunks}`],
  ['two lengths', `${start}${length}Content-Length: 0\r\n\r\n${body}`],
  ['a length of several numbers', `${start}Content-Length: ${body.length}, 0\r\n\r\n${body}`],
  ['a length with a sign', `${start}Content-Length: +${body.length}\r\n\r\n${body}`],
  [
    'chunks that are not the last encoding',
    `${start}Transfer-Encoding: chunked, identity\r\n\r\n${inChunks}`,
  ],
  ['an encoding that only looks like chunks', `${start}Transfer-Encoding: xchunked\r\n\r\n${inChunks}`],
  ['a blank before the colon', `${start}Content-Length : ${body.length}\r\n\r\n${body}`],
  ['a header that goes on in the next line', `${start}${length}X-A: b\r\n c\r\n\r\n${body}`],
  ['a line break of one character', `${start}${length}X-A: b\nX-B: c\r\n\r\n${body}`],
  ['a carriage return within a header', `${start}${length}X-Request-Id: a\rX-B: c\r\n\r\n${body}`],
  ['a null within a header', `${start}${length}X-Request-Id: a\0b\r\n\r\n${body}`],
  ['a chunk that is longer than it says', `${start}${chunked}\r\n2\r\n${body}\r\n0\r\n\r\n`],
  ['no host', `POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\n${length}\r\n${body}`],
];
for (const [what, bytes] of ambiguous) {
  test(`${what}: refused, and nothing behind it is read`, { timeout: 10_000 }, async () => {
    assert.deepEqual(await statusesOf(bytes + hidden), ['400']);
  });
}

for (const [what, bytes] of [
  ['a length', `${start}${length}\r\n${body}`],
  ['chunks', `${start}${chunked}\r\n${inChunks}`],
] as const) {
  test(`the control: with ${what} alone, what comes behind is the next request`, {
    timeout: 10_000,
  }, async () => {
    assert.deepEqual(await statusesOf(bytes + hidden), ['200', '200']);
  });
}

test('an id comes back if it is plain, and is replaced otherwise', async () => {
  const idFor = async (id: string) =>
    (await server.post({ query: '{ me }' }, { 'x-request-id': id })).headers['x-request-id'];
  for (const plain of ['a', 'A-1_b.c', 'x'.repeat(64)]) assert.equal(await idFor(plain), plain);
  for (const other of ['a b', 'a\tb', 'a%0d%0ab', 'a;b', '<b>', 'é', 'x'.repeat(65), ''])
    assert.equal(await idFor(other), 'made-here', JSON.stringify(other));
});
