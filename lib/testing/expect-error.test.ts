import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import { failsWith, violates } from './expect-error.ts';

const notFound = new AppError('SHOP_NOT_FOUND', { shopId: '7' });
const invalid = new AppError('INVALID_ARGUMENT', {
  violations: [
    { field: 'name', expected: 'must not be empty' },
    { field: 'area', expected: 'must not be empty' },
  ],
});

test('failsWith wants the code, and the detail where one is given', () => {
  assert.ok(failsWith('SHOP_NOT_FOUND')(notFound));
  assert.ok(failsWith('SHOP_NOT_FOUND', { shopId: '7' })(notFound));
  assert.throws(() => failsWith('SHOP_NOT_FOUND', { shopId: '8' })(notFound));
  assert.throws(() => failsWith('FORBIDDEN')(notFound), /failed with SHOP_NOT_FOUND instead/);
});

test('violates wants all fields, and no others', () => {
  assert.ok(violates('name', 'area')(invalid));
  assert.throws(() => violates('name')(invalid));
  assert.throws(() => violates('name', 'area', 'text')(invalid));
  assert.throws(() => violates('name')(notFound), /SHOP_NOT_FOUND|AppError/);
});

test('a defect comes through as it is', () => {
  const defect = new TypeError('broken');
  assert.throws(() => failsWith('FORBIDDEN')(defect), defect);
  assert.throws(() => violates('name')(defect), defect);
});
