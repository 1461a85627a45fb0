import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type RawAnswer, startLibraryServer } from './testing/library-server.ts';

const maxBodyBytes = 1_048_576;
const { send } = await startLibraryServer({ after }, { maxBodyBytes });

function post(body: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

const padded = (bytes: number) => {
  const [head, tail] = ['{"query":"{ me }","padding":"', '"}'];
  return head + 'x'.repeat(bytes - head.length - tail.length) + tail;
};

test('a body of the largest size is read, one of a byte more is not', async () => {
  const largest = await post(padded(maxBodyBytes));
  assert.deepEqual([largest.status, JSON.parse(largest.text)], [200, { data: { me: 'anonymous' } }]);
  const larger = await post(padded(maxBodyBytes + 1));
  assert.equal(larger.status, 413);
  assert.deepEqual(JSON.parse(larger.text).errors[0].extensions, {
    code: 'PAYLOAD_TOO_LARGE',
    maxBytes: maxBodyBytes,
  });
});

test('the bound counts bytes, not characters', async () => {
  const body = `{"query":"{ me }","padding":"${'ł'.repeat(maxBodyBytes / 2)}"}`;
  assert.ok(body.length < maxBodyBytes);
  assert.equal((await post(body)).status, 413);
});

test('a body that is compressed is not unpacked', async () => {
  const { status } = await post('\x1f\x8b', { 'content-encoding': 'gzip' });
  assert.equal(status, 400);
});

/** As deep as the body's size allows. */
const nested = (open: string, close: string, inside = '1') => {
  const depth = Math.floor((maxBodyBytes - 200) / (open.length + close.length));
  return open.repeat(depth) + inside + close.repeat(depth);
};
const asked = 'query ($id: ID!) { book(id: $id) { title } }';
const bombs: Record<string, string> = {
  'lists in lists': nested('[', ']'),
  'objects in objects': nested('{"a":', '}'),
  'lists that never end': '['.repeat(maxBodyBytes - 10),
  'variables of lists': `{"query":"${asked}","variables":{"id":${nested('[', ']')}}}`,
  'variables of objects': `{"query":"${asked}","variables":{"id":${nested('{"a":', '}')}}}`,
  'variables that nobody declared': `{"query":"{ me }","variables":{"x":${nested('[', ']')}}}`,
  'variables without number': `{"query":"${asked}","variables":{"id":"1",${Array.from({ length: 60_000 }, (_, i) => `"v${i}":1`)}}}`,
  'a large text in a variable': `{"query":"query ($id: ID!) { book(id: $id) { pages } }","variables":{"id":"${'x'.repeat(1_000_000)}"}}`,
  'a large text of the wrong type': `{"query":"query ($n: Int!) { book(id: 1) { pages(from: $n) } }","variables":{"n":"${'x'.repeat(1_000_000)}"}}`,
  'a list of many in a variable': `{"query":"${asked}","variables":{"id":[${'1,'.repeat(450_000)}1]}}`,
  'extensions of lists': `{"query":"{ me }","extensions":{"a":${nested('[', ']')}}}`,
  'a persisted query of lists': `{"extensions":{"persistedQuery":${nested('[', ']')}}}`,
  'braces in the text': `{"query":"${'{a'.repeat(500_000)}"}`,
};
for (const [what, body] of Object.entries(bombs)) {
  for (const accept of ['application/json', 'text/event-stream']) {
    test(`${what}: answered for ${accept}, and others go on meanwhile`, async () => {
      await post('{"query":"{ me }"}');
      const before = process.threadCpuUsage();
      const { status, text } = await post(body, { accept });
      const { user, system } = process.threadCpuUsage(before);
      assert.ok(status === 200 || status === 400, `${status} ${text.slice(0, 200)}`);
      assert.doesNotMatch(text.slice(0, 2_000), /"INTERNAL"/);
      assert.ok(text.length < 10_000, `an answer of ${text.length} characters`);
      // No block of the loop is longer than all the work on it, that of this test's client included. Time on the wall would
      // tell what else the machine does.
      assert.ok(user + system < 200_000, `the loop worked for ${user + system} µs`);
    });
  }
}

test('a subscription with nested variables is refused like any other request', async () => {
  const query = 'subscription ($id: ID!) { book(id: $id) { title } }';
  const body = `{"query":"${query}","variables":{"id":"1","x":${nested('[', ']')}}}`;
  const { status, text } = await post(body, { accept: 'text/event-stream' });
  assert.ok(status === 200 || status === 400);
  assert.doesNotMatch(text, /"INTERNAL"/);
});
