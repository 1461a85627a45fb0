import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startLibraryServer } from './testing/library-server.ts';

// What a foreign page can make a browser send unasked ("simple" requests of the Fetch standard) carries cookies and
// nothing else of the user. The gateway reads no cookie: a token travels in a header that only a page with the token can
// set. So such a request is anonymous; besides, its media types are refused, and a GET changes nothing.

const hooks = {
  me: ({ call }: { call: { identity: { kind: string } } }) => call.identity.kind,
};
const { send, post } = await startLibraryServer({ after }, { hooks });
const foreign = { origin: 'https://evil.example', cookie: 'token=good; authorization=Bearer good' };
const body = '{"query":"{ me }"}';
const mutation = 'mutation { lend(id: "1") { __typename } }';

const simpleTypes = [
  'text/plain',
  'text/plain; charset=utf-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
];
for (const type of simpleTypes) {
  test(`a POST of ${type} is refused: 415`, async () => {
    for (const accept of ['*/*', 'text/event-stream', 'text/event-stream, application/json']) {
      const headers = { ...foreign, 'content-type': type, accept };
      const { status, text } = await send('/graphql', { method: 'POST', headers, body });
      assert.equal(status, 415, text);
      assert.deepEqual(JSON.parse(text).errors[0].extensions, { code: 'MALFORMED_REQUEST' });
    }
  });
}

test('a POST without a media type is refused', async () => {
  const { status } = await send('/graphql', { method: 'POST', headers: foreign, body });
  assert.equal(status, 415);
});

test('a form in the query string of a POST is no request', async () => {
  const path = `/graphql?query=${encodeURIComponent(mutation)}`;
  const { status } = await send(path, {
    method: 'POST',
    headers: { ...foreign, 'content-type': 'text/plain' },
  });
  assert.equal(status, 415);
});

test('a cookie is nobody: the query of a foreign page is anonymous, and its answer cannot be read', async () => {
  const { status, headers, text } = await send('/graphql?query={me}', { headers: foreign });
  assert.deepEqual([status, JSON.parse(text)], [200, { data: { me: 'anonymous' } }]);
  assert.equal(headers['access-control-allow-origin'], undefined);
  assert.equal(headers['set-cookie'], undefined);
  const control = await send('/graphql?query={me}', { headers: { authorization: 'Bearer good' } });
  assert.deepEqual(JSON.parse(control.text), { data: { me: 'user' } });
});

test('a GET changes nothing, also where events are accepted', async () => {
  const path = `/graphql?query=${encodeURIComponent(mutation)}`;
  for (const accept of ['*/*', 'application/graphql-response+json', 'text/event-stream']) {
    const { status, headers } = await send(path, { headers: { ...foreign, accept } });
    assert.deepEqual([status, headers['allow']], [405, 'POST'], accept);
  }
  const control = await post({ query: mutation }, { authorization: 'Bearer good' });
  assert.deepEqual(control.result, { data: { lend: { __typename: 'LendSuccess' } } });
});
