import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { getIntrospectionQuery } from 'graphql';
import { openEvents } from './testing/event-client.ts';
import { startLibraryServer } from './testing/library-server.ts';
import { withoutSuggestions } from './without-suggestions.ts';

// What an attacker could learn who may only ask: the names of the schema, and what our code looks like inside.

const hooks = { failing: () => new TypeError('Cannot read properties of undefined (SELECT secret)') };
const [server, hidden] = await Promise.all([
  startLibraryServer({ after }, { hooks }),
  startLibraryServer({ after }, { hooks, limits: { introspection: false } }),
]);
const graphQLType = { accept: 'application/graphql-response+json' };

const introspective: Record<string, string> = {
  'the whole schema': getIntrospectionQuery(),
  'a field of the schema': '{ __schema { queryType { name } } }',
  'a type': '{ __type(name: "Book") { name } }',
  'an alias': '{ me title: __schema { queryType { name } } }',
  'a fragment': '{ ...F } fragment F on Query { __schema { queryType { name } } }',
  'a fragment of a fragment':
    '{ ...F } fragment F on Query { ...G } fragment G on Query { x: __type(name: "Book") { kind } }',
  'an inline fragment': '{ ... on Query { ... { __schema { queryType { name } } } } }',
  'another operation': 'query A { me } query B { __schema { queryType { name } } }',
  'a field that is left out': '{ me __schema @include(if: false) { queryType { name } } }',
};
for (const [what, query] of Object.entries(introspective)) {
  test(`${what} is not told where introspection is off`, async () => {
    const { status, result } = await hidden.post(
      { query, operationName: what === 'another operation' ? 'A' : null },
      graphQLType,
    );
    assert.equal(status, 400);
    assert.deepEqual(result.errors[0].extensions, { code: 'INTROSPECTION_DISABLED' });
    assert.equal(result.errors.length, 1);
    assert.equal(result.data, undefined);
    const control = await server.post(
      { query, operationName: what === 'another operation' ? 'A' : null },
      graphQLType,
    );
    assert.deepEqual([control.status, control.result.errors], [200, undefined]);
  });
}

test('neither by GET nor as an event', { timeout: 20_000 }, async () => {
  const query = '{ __schema { queryType { name } } }';
  const got = await hidden.send(`/graphql?query=${encodeURIComponent(query)}`);
  assert.equal(JSON.parse(got.text).errors[0].extensions.code, 'INTROSPECTION_DISABLED');
  const events = await openEvents(hidden.url, { body: { query } });
  assert.match(JSON.stringify(await events.next()), /INTROSPECTION_DISABLED/);
});

test('__typename is no secret', async () => {
  const { result } = await hidden.post({ query: '{ __typename book(id: "1") { __typename } }' });
  assert.deepEqual(result, { data: { __typename: 'Query', book: { __typename: 'Book' } } });
});

const guesses: [query: string, variables?: object][] = [
  ['{ boook(id: "1") { title } }'],
  ['{ book(id: "1") { titel } }'],
  ['{ book(idd: "1") { title } }'],
  ['{ book(id: "1") { titlee author { nam } } }'],
  ['{ book }'],
  ['{ ... on Boook { title } }'],
  ['query ($x: Boook) { me }'],
  ['{ me @skipp(if: true) }'],
  ['mutation { lend(id: "1") { book { title } } }'],
  ['mutation { lend(id: "1") { ... on LendSucces { __typename } } }'],
  ['query ($id: ID!) { book(id: $id) { title } }', { id: { idd: 1 } }],
];
for (const [query, variables] of guesses) {
  test(`no guess is offered for ${query}`, async () => {
    for (const target of [server, hidden]) {
      const { result } = await target.post({ query, variables });
      assert.ok(result.errors.length > 0);
      assert.doesNotMatch(JSON.stringify(result), /Did you mean/);
    }
  });
}

const messages: [message: string, expected: string][] = [
  ['Cannot query field "a" on type "B". Did you mean "c"?', 'Cannot query field "a" on type "B".'],
  [
    'Cannot query field "a" on type "B". Did you mean "c", "d", or "e"?',
    'Cannot query field "a" on type "B".',
  ],
  [
    'Cannot query field "a" on type "B". Did you mean to use an inline fragment on "C" or "D"?',
    'Cannot query field "a" on type "B".',
  ],
  [
    'Value "X" does not exist in "E" enum. Did you mean the enum value "Y" or "Z"?',
    'Value "X" does not exist in "E" enum.',
  ],
  [
    'Field "a" must have a selection of subfields. Did you mean "a { ... }"?',
    'Field "a" must have a selection of subfields.',
  ],
  ['Did you mean it?', 'Did you mean it?'],
  ['Sold out. Did you mean to order something else?', 'Sold out. Did you mean to order something else?'],
];
for (const [message, expected] of messages) {
  test(`of "${message}" remains "${expected}"`, () => assert.equal(withoutSuggestions(message), expected));
}

test('no answer shows the inside: no stack, no path of a file, no library', async () => {
  const good = { query: '{ me }' };
  const answers = [
    await server.post({ query: '{ book(id: "1") { title failing } }' }),
    await server.post({ query: '{ me' }),
    await server.post({ query: '{ you }' }),
    await server.post({ query: '{ books '.repeat(5_000) }),
    await server.post({
      query: 'query ($n: Int!) { book(id: "1") { pages(from: $n) } }',
      variables: { n: {} },
    }),
    await server.post({ query: 'subscription { me }' }),
    await server.post([good, good]),
    await server.post(good, { authorization: 'Bearer bad' }),
    await server.post(good, { 'x-request-timeout-ms': '1.5' }),
    await server.post(good, { accept: 'image/png' }),
    await server.post({ query: `{ me } #${'x'.repeat(200_000)}` }),
    await server.post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }),
    await server.send('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    }),
    await server.send('/graphql', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{' }),
    await server.send('/graphql?query=%7B&variables=%7B'),
    await server.send('/graphql?query=%ff%fe'),
    await server.send('/graphql?query=mutation{__typename}'),
    await server.send('/%ff'),
    await server.send('/nothing', { method: 'DELETE' }),
  ];
  for (const { status, text } of answers) {
    const { errors } = JSON.parse(text);
    assert.ok(errors?.length > 0, `${status} ${text}`);
    assert.doesNotMatch(text, /stack|node_modules|file:|\.ts\b|\.js\b|\n\s+at |fastify|FST_|SELECT/i);
    for (const error of errors) {
      assert.equal(typeof error.extensions.code, 'string');
      assert.deepEqual(
        Object.keys(error).filter((key) => !['message', 'locations', 'path', 'extensions'].includes(key)),
        [],
      );
    }
  }
});
