import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortReason } from './short-reason.ts';

test('a reason is short, without NUL, and ends in no half of a character', () => {
  assert.equal(shortReason('not \0 now'), 'not  now');
  assert.equal(shortReason('x'.repeat(10_000)).length, 500);
  assert.equal(shortReason(`${'x'.repeat(499)}🍕`), `${'x'.repeat(499)}\ufffd`);
  assert.equal(shortReason('half \ud83c'), 'half \ufffd');
});
