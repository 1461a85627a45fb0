import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCursor, decodeIdCursor, encodeCursor, encodeIdCursor } from './cursor.ts';

const largestId = '9223372036854775807';
const written = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a cursor gives its sort key back', () => {
  for (const sortKey of [[largestId], ['Äpfel "süß", 🍜?', '21'], ['', ''], ['🍜'.repeat(80), largestId]]) {
    assert.deepEqual(decodeCursor(encodeCursor(...sortKey), sortKey.length), sortKey);
  }
});

test('what is no cursor of so many parts has no sort key', () => {
  const broken = ['', '%', 'abc', written({ id: '1' }), written([1]), written('1'), encodeCursor('1', '2')];
  for (const cursor of broken) assert.equal(decodeCursor(cursor, 1), undefined, cursor);
  assert.equal(decodeCursor(encodeCursor('x'.repeat(2_000)), 1), undefined);
});

test('another spelling of a cursor is none', () => {
  const cursor = encodeCursor('Äpfel??', '>>21');
  const respelled = [`${cursor}=`, ` ${cursor}`, Buffer.from('["Äpfel??", ">>21"]').toString('base64url')];
  for (const text of respelled) assert.equal(decodeCursor(text, 2), undefined, text);
});

test('text that PostgreSQL refuses is in no cursor', () => {
  for (const text of ['a\0', 'a\ud800']) assert.equal(decodeCursor(written([text]), 1), undefined);
});

test('an id cursor holds an id and nothing else', () => {
  assert.equal(decodeIdCursor(encodeIdCursor(largestId)), largestId);
  for (const text of ['', 'x', '0', '-1', '01', '9223372036854775808', '1 or 1=1', '4e2', '1'.repeat(900)]) {
    for (const cursor of [text, encodeIdCursor(text), encodeCursor('1', text)]) {
      assert.equal(decodeIdCursor(cursor), undefined, cursor);
    }
  }
});
