import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { after, test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import fastify from 'fastify';
import { playgroundPage } from './playground.ts';
import { servePlayground } from './serve-playground.ts';

const options = {
  title: 'Playground',
  operations: [{ text: '{ żółw: __typename }' }],
  signInOperation: '{ __typename }',
};
const expected = playgroundPage(options);

let threads = 0;
subscribe('worker_threads', () => threads++);

function appWith(compression?: boolean) {
  const app = fastify();
  servePlayground(app, { ...options, compression });
  after(() => app.close());
  return app;
}

test('who asks gets the page, and all who ask at once and later the same one', async () => {
  const app = appWith();
  await app.ready();
  assert.equal(threads, 0, 'nobody has asked');
  const answers = await Promise.all(Array.from({ length: 5 }, () => app.inject({ url: '/' })));
  answers.push(await app.inject({ url: '/' }));
  assert.equal(threads, 1);
  for (const { statusCode, headers, body } of answers) {
    assert.deepEqual([statusCode, headers['content-type']], [200, 'text/html; charset=utf-8']);
    assert.ok(body === expected);
  }
});

test('it is compressed for those who take that, unless the gateway leaves it to others', async () => {
  const headers = { 'accept-encoding': 'br' };
  const compressed = await appWith().inject({ url: '/', headers });
  assert.deepEqual(
    [compressed.headers['content-encoding'], compressed.headers.vary],
    ['br', 'accept-encoding'],
  );
  assert.ok(brotliDecompressSync(compressed.rawPayload).toString() === expected);
  const plain = await appWith(false).inject({ url: '/', headers });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.ok(plain.body === expected);
});

test('the page loads nothing from elsewhere', () => {
  assert.match(expected, /GraphiQL|graphiql/);
  const tags = expected.match(/<(?:script|link|img|iframe)\b[^>]*>/gi) ?? [];
  assert.ok(tags.length > 0);
  for (const tag of tags) assert.doesNotMatch(tag, /\b(?:src|href)\s*=\s*["']?(?:https?:)?\/\//i);
  assert.doesNotMatch(expected, /@import\s+(?:url\()?["']?(?:https?:)?\/\/|url\(\s*["']?(?:https?:)?\/\//i);
});
