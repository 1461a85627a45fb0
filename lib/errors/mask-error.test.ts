import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from './app-error.ts';
import { maskUndeclared, publicForm } from './mask-error.ts';

test('the public form has the code and the declared detail, and nothing else', () => {
  const detail = { shopId: '7', sql: 'select secret' };
  const error = new AppError('SHOP_NOT_FOUND', detail, { cause: new Error('secret') });
  const shown = publicForm(error);
  assert.equal(shown.code, 'SHOP_NOT_FOUND');
  assert.deepEqual({ ...shown.detail }, { shopId: '7' });
  assert.equal(shown.cause, undefined);
  assert.notEqual(shown.stack, error.stack);
});

test('the detail is a copy: changing one side does not change the other', () => {
  const violations = [{ field: 'name', expected: 'must be given' }];
  const error = new AppError('INVALID_ARGUMENT', { violations });
  const shown = publicForm(error);
  violations[0] = { field: 'changed', expected: '' };
  assert.ok(AppError.is(shown, 'INVALID_ARGUMENT'));
  assert.equal(shown.detail.violations[0]?.field, 'name');
});

test('declared, infrastructure, INTERNAL and CANCELLED errors pass', () => {
  const passing = [
    new AppError('ALREADY_REVIEWED', { shopId: '7' }),
    new AppError('UNAVAILABLE', { retryAfterMs: 1 }),
    new AppError('FORBIDDEN', {}),
    new AppError('INTERNAL', {}),
    new AppError('CANCELLED', {}),
  ];
  for (const error of passing) {
    assert.equal(maskUndeclared(error, ['ALREADY_REVIEWED'], assert.fail), error);
  }
});

test('an undeclared error becomes INTERNAL and is reported; an edge code never passes', () => {
  for (const error of [new AppError('EMAIL_TAKEN', {}), new AppError('MALFORMED_REQUEST', {})]) {
    const reported: AppError[] = [];
    const masked = maskUndeclared(error, ['ALREADY_REVIEWED'], (undeclared) => reported.push(undeclared));
    assert.equal(masked.code, 'INTERNAL');
    assert.equal(masked.cause, error);
    assert.deepEqual(reported, [error]);
  }
});
