import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { categoryPage } from './category-page.ts';

const ids = ['a', 'b', 'c'];

test('pages of a list that fits into memory', () => {
  assert.deepEqual(categoryPage(ids, { first: 2 }), { ids: ['a', 'b'], hasNextPage: true });
  assert.deepEqual(categoryPage(ids, { first: 2, after: 'b' }), { ids: ['c'], hasNextPage: false });
  assert.deepEqual(categoryPage(ids, { first: 1, after: 'a' }), { ids: ['b'], hasNextPage: true });
  assert.deepEqual(categoryPage(ids, { first: 3 }), { ids, hasNextPage: false });
  assert.deepEqual(categoryPage(ids, { first: 3, after: 'c' }), { ids: [], hasNextPage: false });
  assert.deepEqual(categoryPage([], { first: 3 }), { ids: [], hasNextPage: false });
});

test('a cursor that is not in the list is refused', () => {
  for (const after of ['x', '']) {
    assert.throws(
      () => categoryPage(ids, { first: 1, after }),
      (error) => AppError.is(error, 'INVALID_ARGUMENT') && error.detail.violations[0]?.field === 'after',
    );
  }
});
