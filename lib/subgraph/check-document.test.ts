import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { checkDocument } from './check-document.ts';

const schema = buildSchema(
  'type Query { title: String, shelf: Shelf } type Shelf { shelf: Shelf, title: String }',
);

test('a text that fits the schema is a document', () => {
  assert.ok('document' in checkDocument('{ title }', schema));
});

for (const [what, text, message] of [
  ['does not parse', '{ title', /Syntax Error/],
  ['does not fit the schema', '{ colour }', /Cannot query field "colour"/],
  ['is nested without end', `${'{ shelf '.repeat(50_000)}`, /nested too deeply/],
  ['is empty', '', /Unexpected <EOF>/],
] as const) {
  test(`a text that ${what} is refused`, () => {
    const checked = checkDocument(text, schema);
    assert.ok('errors' in checked);
    assert.match(checked.errors[0].message, message);
  });
}

test('a text of as many tokens as are allowed passes, one of more does not', () => {
  assert.ok('document' in checkDocument('{ title }', schema, { maxTokens: 3 }));
  const checked = checkDocument('{ title shelf { title } }', schema, { maxTokens: 3 });
  assert.match('errors' in checked ? checked.errors[0].message : '', /more that 3 tokens/);
});
