import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphQLError } from 'graphql';
import { isExplained } from './is-explained.ts';
import type { ResponsePath } from './response-path.ts';

const explanations: readonly (readonly [string, ResponsePath, ResponsePath | undefined, boolean])[] = [
  ['at the null', ['a', 'b'], ['a', 'b'], true],
  ['above it', ['a', 'b', 'c'], ['a'], true],
  ['below it', ['a'], ['a', 'b', 0, 'c'], true],
  ['at another field of the same object', ['a', 0, 'b'], ['a', 0, 'c'], true],
  ['about no field in particular', ['a'], undefined, true],
  ['at another field of the root', ['a'], ['b'], false],
  ['at a field of another object', ['a', 0, 'b'], ['a', 1, 'b'], false],
  ['below another field of the same object', ['a', 'b'], ['a', 'c', 'd'], false],
  ['at another element of the same list', ['a', 0], ['a', 1], false],
];

for (const [what, path, told, expected] of explanations) {
  test(`an error ${what} ${expected ? 'explains' : 'does not explain'} a null`, () => {
    const error = new GraphQLError('Told.', { path: told ?? null });
    assert.equal(isExplained(path, [error]), expected);
    assert.equal(isExplained(path, []), false);
  });
}
