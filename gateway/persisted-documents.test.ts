import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, test } from 'node:test';
import { KnownDocuments, type TrustMode } from './known-documents.ts';
import { openEvents } from './testing/event-client.ts';
import { type LibraryServer, startLibraryServer } from './testing/library-server.ts';
import { startLiveBed } from './testing/live-bed.ts';

const sha = (text: string) => hash('sha256', text);
const book = 'query Book($id: ID!) { book(id: $id) { title } }';
const lend = 'mutation Lend { lend(id: "1") { __typename } }';
const trusted = new Map([book, lend].map((text) => [sha(text), text]));
const variables = { id: '1' };
const data = { data: { book: { title: 'Book 1' } } };
const graphQLType = { accept: 'application/graphql-response+json' };

const start = (mode: TrustMode, maxPersisted?: number) =>
  startLibraryServer(
    { after },
    { documents: new KnownDocuments({ trusted, mode, ...(maxPersisted !== undefined && { maxPersisted }) }) },
  );
const [open, closed, without] = await Promise.all([start('allow'), start('only'), start('off', 0)]);

const apq = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: sha(text) } });

/** As Apollo Client and urql send it where GET is used for hashed queries. */
function get(
  server: LibraryServer,
  parameters: Record<string, unknown>,
  headers: Record<string, string> = {},
) {
  const search = new URLSearchParams(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  return server.send(`/graphql?${search}`, { headers });
}

test('a trusted document by its hash, in both forms, by POST and by GET', async () => {
  for (const server of [open, closed]) {
    for (const named of [{ extensions: apq(book) }, { documentId: `sha256:${sha(book)}` }]) {
      const posted = await server.post({ ...named, variables });
      assert.deepEqual([posted.status, posted.result], [200, data]);
      const got = await get(server, { ...named, variables });
      assert.deepEqual([got.status, JSON.parse(got.text)], [200, data]);
    }
  }
});

test('a trusted mutation by GET stays refused: 405', async () => {
  const { status } = await get(closed, { documentId: `sha256:${sha(lend)}` });
  assert.equal(status, 405);
  const { result } = await closed.post({ documentId: `sha256:${sha(lend)}` });
  assert.deepEqual(result, { data: { lend: { __typename: 'Unauthenticated' } } });
});

const refusal = (message: string, code: string) => ({ errors: [{ message, extensions: { code } }] });
const notFound = refusal('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND');
const notSupported = refusal('PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED');
const notTrusted = refusal('This is none of the documents that may be run here.', 'DOCUMENT_NOT_TRUSTED');

test('where only trusted documents run, everything else is refused before it is read', async () => {
  const others = [
    { query: '{ me }' },
    { query: '{ me' },
    { query: `${book} ` },
    { query: '{ __schema { types { name } } }' },
    { query: '{ me }', extensions: apq('{ me }') },
    { extensions: apq('{ me }') },
    { documentId: `sha256:${sha('{ me }')}` },
    { documentId: 'books' },
  ];
  for (const body of others) {
    for (const [headers, status] of [
      [{}, 200],
      [graphQLType, 400],
    ] as const) {
      const answer = await closed.post(body, headers);
      assert.deepEqual([answer.status, answer.result], [status, notTrusted], JSON.stringify(body));
    }
  }
  assert.deepEqual(JSON.parse((await get(closed, { query: '{ me }' })).text), notTrusted);
  // The whole text of a trusted one is that document.
  assert.deepEqual((await closed.post({ query: book, variables })).result, data);
});

test("Apollo's protocol: not found, sent with its text, found; by POST and by GET", async () => {
  const text = 'query Persisted { books { title } }';
  const hashed = { operationName: 'Persisted', variables: {}, extensions: apq(text) };
  const first = await open.post(hashed);
  assert.deepEqual([first.status, first.result], [200, notFound]);
  const typed = await open.post(hashed, graphQLType);
  assert.deepEqual([typed.status, typed.result], [400, notFound]);
  assert.equal(first.headers['cache-control'], 'no-store');
  const expected = { data: { books: ['1', '2', '3'].map((id) => ({ title: `Book ${id}` })) } };
  assert.deepEqual((await open.post({ ...hashed, query: text })).result, expected);
  assert.deepEqual((await open.post(hashed)).result, expected);
  assert.deepEqual(JSON.parse((await get(open, hashed)).text), expected);
  assert.deepEqual(JSON.parse((await get(open, { documentId: `sha256:${sha(text)}` })).text), expected);
});

test('a text can be left with its hash by GET too', async () => {
  const text = '{ b: book(id: "2") { title } }';
  const expected = { data: { b: { title: 'Book 2' } } };
  assert.deepEqual(JSON.parse((await get(open, { extensions: apq(text) })).text), notFound);
  assert.deepEqual(JSON.parse((await get(open, { query: text, extensions: apq(text) })).text), expected);
  assert.deepEqual(JSON.parse((await get(open, { extensions: apq(text) })).text), expected);
});

test('where nothing is kept a client is told to send texts', async () => {
  for (const body of [{ extensions: apq(book) }, { query: book, variables, extensions: apq(book) }]) {
    assert.deepEqual((await without.post(body)).result, notSupported);
  }
  assert.deepEqual((await without.post({ query: book, variables })).result, data);
});

const malformed: [what: string, body: object, message: RegExp][] = [
  ['a hash of another text', { query: '{ me }', extensions: apq(book) }, /not that of the query/],
  ['a hash that is none', { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }, /sha256Hash/],
  ['no hash', { extensions: { persistedQuery: { version: 1 } } }, /sha256Hash/],
  ['another version', { extensions: { persistedQuery: { version: 2, sha256Hash: sha(book) } } }, /version/],
  ['an extension that is no object', { extensions: { persistedQuery: true } }, /version/],
  ['a documentId that is no text', { documentId: 1 }, /Invalid documentId/],
  ['a documentId beside a query', { query: book, documentId: `sha256:${sha(book)}` }, /not both/],
  ['neither', { extensions: {} }, /Missing query/],
  ['an empty request', {}, /Missing query/],
];
for (const [what, body, message] of malformed) {
  test(`${what} is malformed: 400`, async () => {
    const { status, result } = await open.post(body);
    assert.equal(status, 400);
    assert.match(result.errors[0].message, message);
    assert.deepEqual(result.errors[0].extensions, { code: 'MALFORMED_REQUEST' });
  });
}

test('a client that accepts events learns the same, as an event or as JSON', {
  timeout: 20_000,
}, async () => {
  const body = { extensions: apq('query Unknown { me }') };
  const events = await openEvents(open.url, { body });
  assert.deepEqual(await events.next(), { kind: 'next', result: notFound });
  assert.deepEqual(await events.next(), { kind: 'complete' });
  const both = await openEvents(open.url, {
    body,
    headers: { accept: 'application/graphql-response+json, application/json, text/event-stream' },
  });
  assert.equal(both.status, 400);
  assert.deepEqual(JSON.parse(await both.body()), notFound);
});

test('a subscription by its hash, by POST and by GET', { timeout: 20_000 }, async () => {
  const subscription = 'subscription Status($id: ID!) { order(id: $id) { status } }';
  const documents = new KnownDocuments({
    mode: 'only',
    trusted: new Map([[sha(subscription), subscription]]),
  });
  const bed = await startLiveBed({ documents });
  after(() => bed.close());
  const state = { kind: 'next', result: { data: { order: { status: 'PAID' } } } };
  const posted = await bed.open({ body: { extensions: apq(subscription), variables } });
  assert.deepEqual(await posted.next(), state);
  const search = new URLSearchParams({
    documentId: `sha256:${sha(subscription)}`,
    variables: JSON.stringify(variables),
  });
  const got = await openEvents(`${bed.url}?${search}`, {});
  assert.deepEqual(await got.next(), state);
  const other = await bed.open({ body: { query: 'subscription { me }' } });
  assert.deepEqual(await other.next(), { kind: 'next', result: notTrusted });
  for (const client of [posted, got, other]) client.leave();
});
