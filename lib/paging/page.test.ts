import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPage } from './page.ts';

test('the item beyond the page only tells that another page follows', () => {
  assert.deepEqual(toPage(['a', 'b', 'c'], 2), { items: ['a', 'b'], hasNextPage: true });
  assert.deepEqual(toPage(['a', 'b'], 2), { items: ['a', 'b'], hasNextPage: false });
  assert.deepEqual(toPage([], 2), { items: [], hasNextPage: false });
});
