import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { OperationCache } from './operation-cache.ts';

const schema = buildSchema('type Query { title: String author: String } type Mutation { rename: String }');
const two = 'query A { title } query B { author }';

const picks: [
  what: string,
  text: string,
  operationName: string | null | undefined,
  picked: string | undefined,
][] = [
  ['the only operation', '{ title }', undefined, undefined],
  ['the only operation for a null name', 'query A { title }', null, 'A'],
  ['the only operation for an empty name', 'query A { title }', '', 'A'],
  ['the only operation by its name', 'query A { title }', 'A', 'A'],
  ['one of several by its name', two, 'B', 'B'],
  ['an operation beside fragments', 'fragment F on Query { title } query A { ...F }', undefined, 'A'],
];
for (const [what, text, operationName, picked] of picks) {
  test(`picks ${what}`, () => {
    const checked = new OperationCache(schema).get(text, operationName);
    assert.ok('operation' in checked);
    assert.equal(checked.operation.name?.value, picked);
  });
}

const refusals: [what: string, text: string, operationName: string | undefined, message: RegExp][] = [
  ['a name that no operation has', 'query A { title }', 'B', /no operation named "B"/],
  ['a name where the operation has none', '{ title }', 'A', /no operation named "A"/],
  ['several operations and no name', two, undefined, /name one in operationName/],
  ['an empty text', '', undefined, /Unexpected <EOF>/],
  ['a text with fragments only', 'fragment F on Query { title }', undefined, /Fragment "F" is never used/],
  ['a text with a type', 'type A { a: String }', undefined, /not executable/],
  ['a text that does not parse', '{ title', undefined, /Syntax Error/],
  ['a text that does not fit the schema', '{ colour }', undefined, /Cannot query field "colour"/],
];
for (const [what, text, operationName, message] of refusals) {
  test(`refuses ${what}`, () => {
    const checked = new OperationCache(schema).get(text, operationName);
    assert.ok('errors' in checked);
    assert.match(checked.errors[0]?.message ?? '', message);
  });
}

test('a document is parsed once, whichever of its operations is asked for', () => {
  const operations = new OperationCache(schema);
  const [a, b] = [operations.get(two, 'A'), operations.get(two, 'B')];
  assert.ok('document' in a && 'document' in b);
  assert.equal(a.document, b.document);
});

test('a refused text is remembered, and the number of texts is bounded', () => {
  const operations = new OperationCache(schema, { maxDocuments: 1 });
  const refused = operations.get('{ colour }');
  assert.equal(operations.get('{ colour }'), refused);
  operations.get('{ title }');
  assert.notEqual(operations.get('{ colour }'), refused);
});

test('a text of too many tokens and an operation that may return too much are refused, up to the bound taken', () => {
  const cache = new OperationCache(schema, { maxTokens: 5, maxFields: 2 });
  assert.ok('operation' in cache.get('{ title author }'));
  const tooLong = cache.get('{ a: title b: author }');
  assert.match('errors' in tooLong ? (tooLong.errors[0]?.message ?? '') : '', /more that 5 tokens/);
  const tooMuch = new OperationCache(schema, { maxFields: 2 }).get('{ title author a: title }');
  assert.match(
    'errors' in tooMuch ? (tooMuch.errors[0]?.message ?? '') : '',
    /return 3 field values; at most 2/,
  );
});
