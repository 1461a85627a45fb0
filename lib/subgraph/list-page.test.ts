import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import { listPage } from './list-page.ts';

const items = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
const idOf = ({ id }: { id: string }) => id;

/** The cursors of a page, and whether another follows. */
function cursors(list: typeof items, first: number, after?: string) {
  const { edges, hasNextPage } = listPage(list, idOf, { first, after });
  return [edges.map(({ cursor }) => cursor).join(''), hasNextPage];
}

test('pages of a list that its parent holds', () => {
  assert.deepEqual(listPage(items, idOf, { first: 1, after: 'a' }), {
    edges: [{ item: items[1], cursor: 'b' }],
    hasNextPage: true,
  });
  assert.deepEqual(cursors(items, 2), ['ab', true]);
  assert.deepEqual(cursors(items, 2, 'b'), ['c', false]);
  assert.deepEqual(cursors(items, 3), ['abc', false]);
  assert.deepEqual(cursors(items, 3, 'c'), ['', false]);
  assert.deepEqual(cursors([], 3), ['', false]);
});

test('a cursor that is not in the list is refused', () => {
  for (const after of ['x', '']) {
    assert.throws(
      () => listPage(items, idOf, { first: 1, after }),
      (error) => AppError.is(error, 'INVALID_ARGUMENT') && error.detail.violations[0]?.field === 'after',
    );
  }
});
