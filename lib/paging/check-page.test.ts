import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validate } from '../errors/invalid-argument.ts';
import { violates } from '../testing/expect-error.ts';
import { checkBatch } from './check-batch.ts';
import { checkPage, type PageRequest } from './check-page.ts';

const check = (request: PageRequest, position?: unknown) => validate((v) => checkPage(v, request, position));

test('a page holds 1 to 100 items', () => {
  for (const first of [1, 100]) check({ first });
  for (const first of [0, -1, 101, 1.5]) assert.throws(() => check({ first }), violates('first'));
});

test('a cursor without a position is refused, also the empty one', () => {
  check({ first: 1, after: 'x' }, '7');
  for (const after of ['', 'x']) assert.throws(() => check({ first: 1, after }), violates('after'));
});

test('a batch holds 100 keys at most, and may be empty', () => {
  const checkKeys = (count: number) => validate((v) => checkBatch(v, 'ids', Array(count).fill('1')));
  checkKeys(0);
  checkKeys(100);
  assert.throws(() => checkKeys(101), violates('ids'));
});
