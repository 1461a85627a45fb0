import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import { maxPageItems, pageRequest, toConnection } from './connection.ts';

test('first may be 1 to 100', () => {
  assert.deepEqual(pageRequest({ first: 1 }), { first: 1 });
  assert.deepEqual(pageRequest({ first: maxPageItems, after: null }), { first: maxPageItems });
  assert.deepEqual(pageRequest({ first: 20, after: 'c' }), { first: 20, after: 'c' });
});

for (const first of [0, -1, maxPageItems + 1, 2 ** 31 - 1]) {
  test(`first: ${first} is refused by name`, () => {
    assert.throws(
      () => pageRequest({ first }),
      (error) =>
        AppError.is(error, 'INVALID_ARGUMENT') &&
        error.detail.violations.length === 1 &&
        error.detail.violations[0]?.field === 'first' &&
        error.detail.violations[0].expected === 'must be between 1 and 100',
    );
  });
}

test('a page becomes a connection whose endCursor is that of its last edge', () => {
  const edges = [
    { item: 'a', cursor: '1' },
    { item: 'b', cursor: '2' },
  ];
  assert.deepEqual(
    toConnection({ edges, hasNextPage: true }, (edge) => edge.item),
    {
      edges: [
        { node: 'a', cursor: '1' },
        { node: 'b', cursor: '2' },
      ],
      pageInfo: { hasNextPage: true, endCursor: '2' },
    },
  );
});

test('an empty page has no endCursor', () => {
  const { edges, pageInfo } = toConnection({ edges: [], hasNextPage: false }, () => '');
  assert.deepEqual([edges, pageInfo], [[], { hasNextPage: false, endCursor: null }]);
});
