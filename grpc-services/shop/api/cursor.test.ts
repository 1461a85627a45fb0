import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReviewCursor, readShopCursor, reviewCursor, shopCursor } from './cursor.ts';

const largestId = '9223372036854775807';

test('a cursor gives back the sort key that went in', () => {
  for (const position of [
    { ratingHundredths: 0, id: '1' },
    { ratingHundredths: 500, id: largestId },
  ]) {
    assert.deepEqual(readShopCursor(shopCursor(position)), position);
  }
  assert.equal(readReviewCursor(reviewCursor({ id: largestId })), largestId);
});

test('any other text is no cursor', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  const others = ['', 'x', '%', '0', '-1', '01', '9223372036854775808', '1 or 1=1', '4e2', '1'.repeat(1_000)];
  for (const text of others) {
    for (const cursor of [text, encode(text), encode(`450/${text}`), encode(`${text}/7`)]) {
      assert.equal(readReviewCursor(cursor), undefined, cursor);
    }
    for (const cursor of [text, encode(text), encode(`450/${text}`)]) {
      assert.equal(readShopCursor(cursor), undefined, cursor);
    }
  }
  assert.equal(readShopCursor(encode('-450/7')), undefined);
  assert.equal(readShopCursor(encode('4.5/7')), undefined);
});
