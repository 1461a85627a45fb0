import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toTsquery, wordsOf } from './query-words.ts';

test('words are runs of letters and digits of any language, in lower case', () => {
  assert.deepEqual(wordsOf("  Süße Möhren, 2go & l'été 寿司! "), [
    'süße',
    'möhren',
    '2go',
    'l',
    'été',
    '寿司',
  ]);
  assert.deepEqual(wordsOf(' *&|!():<-> '), []);
});

test('ten words at most', () => assert.equal(wordsOf('a '.repeat(50)).length, 10));

test('the last word may be the beginning of one; no word can be an operator', () => {
  assert.equal(toTsquery(wordsOf("Pizza' | !mar")), "'pizza' & 'mar':*");
});
