import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphQLError } from 'graphql';
import type { Variables } from '../executor.ts';
import { operationOf } from '../testing/operation-of.ts';
import { compileFlags } from './flags.ts';

function flagsOf(text: string, variables: Variables, name?: string) {
  const { document, node } = operationOf(text, name);
  const flags = compileFlags(document, node)(variables);
  return flags instanceof GraphQLError ? flags.message : Object.fromEntries(flags);
}

const cases: readonly { what: string; text: string; variables: Variables; expected: object }[] = [
  {
    what: 'literals are no flags',
    text: '{ a @skip(if: true) b @include(if: false) }',
    variables: {},
    expected: {},
  },
  {
    what: 'variables of fields, fragments and spreads are flags',
    text: `query ($a: Boolean!, $b: Boolean!, $c: Boolean!) { x @skip(if: $a) ... @include(if: $b) { x } ...F }
      fragment F on Query { y @skip(if: $c) }`,
    variables: { a: true, b: false, c: true },
    expected: { a: true, b: false, c: true },
  },
  {
    what: 'a default stands for a variable that is not sent',
    text: 'query ($a: Boolean = true, $b: Boolean! = false) { x @skip(if: $a) y @skip(if: $b) }',
    variables: { b: true },
    expected: { a: true, b: true },
  },
  {
    what: 'other variables are left alone, also of other directives',
    text: 'query ($a: Int, $b: Boolean) { x(a: $a) y @other(if: $b) }',
    variables: { a: 1, b: true },
    expected: {},
  },
  {
    what: 'a variable with the name of something inherited has its own value or none',
    text: 'query ($constructor: Boolean = true) { x @skip(if: $constructor) }',
    variables: {},
    expected: { constructor: true },
  },
];

for (const { what, text, variables, expected } of cases) {
  test(what, () => assert.deepEqual({ ...Object(flagsOf(text, variables)) }, expected));
}

test('a variable that is null decides nothing: the request is refused', () => {
  const text = 'query ($a: Boolean) { x @skip(if: $a) }';
  assert.match(String(flagsOf(text, { a: null })), /\$a/);
});

test('an explicit null is not the default', () => {
  const text = 'query ($a: Boolean = true) { x @skip(if: $a) }';
  assert.match(String(flagsOf(text, { a: null })), /\$a/);
});

test('what the other operations of the document decide by is not looked at', () => {
  const text = `
    query A($x: String!) { a(x: $x) ...Used }
    query B($x: Boolean!) { a @skip(if: $x) ...Unused }
    fragment Used on Query { a }
    fragment Unused on Query { a @include(if: $x) }
  `;
  assert.deepEqual(flagsOf(text, { x: 'text' }, 'A'), {});
  assert.deepEqual(flagsOf(text, { x: true }, 'B'), { x: true });
});
