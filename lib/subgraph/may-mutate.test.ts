import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayMutate } from './may-mutate.ts';

const texts: Record<string, boolean> = {
  '{ mutation }': false,
  'query mutation { a }': false,
  '# mutation\nquery { a(text: "mutation { b }") }': false,
  'mutation { a }': true,
  'query A { a } mutation B { b }': true,
  '\n  fragment F on T { a } mutation { ...F }': true,
  'mutation {': false,
  '': false,
};
for (const [text, expected] of Object.entries(texts)) {
  test(`${JSON.stringify(text)} ${expected ? 'may change something' : 'changes nothing'}`, () =>
    assert.equal(mayMutate(text), expected));
}
