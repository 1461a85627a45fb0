import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, parse } from 'graphql';
import { clientSchema } from './client-schema.ts';

const apiSchema = buildSchema('type Query { a: String }');
const names = (supergraph: string) =>
  clientSchema(apiSchema, parse(supergraph))
    .getDirectives()
    .map(({ name }) => name)
    .filter((name) => !apiSchema.getDirective(name));

test('directives for operations are what clients may use', () => {
  assert.deepEqual(names('directive @access(role: [String!] = ["a"]) on FIELD'), ['access']);
});

for (const [what, supergraph] of [
  ['for schemas only', 'directive @tag(name: String!) repeatable on OBJECT'],
  ["of federation's machinery", 'directive @join__field(graph: String) on FIELD'],
  ['with arguments of hidden types', 'directive @access(role: Hidden) on FIELD enum Hidden { A }'],
  ['that they know', 'directive @skip(if: Boolean!) on FIELD'],
] as const) {
  test(`directives ${what} are not shown`, () => assert.deepEqual(names(supergraph), []));
}
