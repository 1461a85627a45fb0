import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { CheckedDocuments } from './checked-documents.ts';

const schema = buildSchema(
  'type Query { title: String, shelf: Shelf } type Shelf { shelf: Shelf, title: String }',
);

test('a text is parsed and validated once', () => {
  const documents = new CheckedDocuments(schema);
  const checked = documents.get('{ title }');
  assert.ok('document' in checked);
  assert.equal(documents.get('{ title }'), checked);
  assert.notEqual(documents.get('{ title  }'), checked);
});

for (const [what, text, message] of [
  ['does not parse', '{ title', /Syntax Error/],
  ['does not fit the schema', '{ colour }', /Cannot query field "colour"/],
  ['is nested without end', `${'{ shelf '.repeat(50_000)}`, /nested too deeply/],
] as const) {
  test(`a text that ${what} is refused, and remembered as refused`, () => {
    const documents = new CheckedDocuments(schema);
    const checked = documents.get(text);
    assert.ok('errors' in checked);
    assert.match(checked.errors[0].message, message);
    assert.equal(documents.get(text), checked);
  });
}

test('the least recently used documents go first, beyond a number', () => {
  const documents = new CheckedDocuments(schema, { maxDocuments: 2 });
  const [a, b] = [documents.get('{ a: title }'), documents.get('{ b: title }')];
  assert.equal(documents.get('{ a: title }'), a);
  documents.get('{ c: title }');
  assert.equal(documents.get('{ a: title }'), a);
  assert.notEqual(documents.get('{ b: title }'), b);
});

test('the kept texts are bounded in all; one beyond the bound is checked but not kept', () => {
  const documents = new CheckedDocuments(schema, { maxTextLength: 30 });
  const first = documents.get('{ first: title }');
  documents.get('{ second: title }');
  assert.notEqual(documents.get('{ first: title }'), first);
  const long = `{ ${'title '.repeat(10)} }`;
  const checked = documents.get(long);
  assert.ok('document' in checked);
  assert.notEqual(documents.get(long), checked);
});

test('an empty text is refused like any other', () => {
  assert.ok('errors' in new CheckedDocuments(schema).get(''));
});
