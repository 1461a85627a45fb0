import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotated } from './rotated.ts';

test('each row begins once', () => {
  const turns = [0, 1, 2, 3].map((turn) => rotated(['a', 'b', 'c'], turn).join(''));
  assert.deepEqual(turns, ['abc', 'bca', 'cab', 'abc']);
  assert.deepEqual(rotated([], 3), []);
});
