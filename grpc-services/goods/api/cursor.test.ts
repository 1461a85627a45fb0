import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCursor, encodeCursor } from './cursor.ts';

test('a cursor gives its sort key back', () => {
  for (const sortKey of [['9223372036854775807'], ['Äpfel "süß", ?', '21'], ['', '']]) {
    assert.deepEqual(decodeCursor(encodeCursor(...sortKey), sortKey.length), sortKey);
  }
});

test('what is no cursor of so many parts has no sort key', () => {
  const foreign = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const broken = ['', '%', 'abc', foreign({ id: '1' }), foreign([1]), foreign('1'), encodeCursor('1', '2')];
  for (const cursor of broken) assert.equal(decodeCursor(cursor, 1), undefined, cursor);
  assert.equal(decodeCursor(encodeCursor('x'.repeat(2_000)), 1), undefined);
});
