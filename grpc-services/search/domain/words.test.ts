import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsOf } from './words.ts';

test('words are runs of letters and digits of any language, without case and accents', () => {
  assert.deepEqual(wordsOf("  Süße Möhren, 2go & l'ÉTÉ and/or 寿司! Łódź Smørrebrød"), [
    'susse',
    'mohren',
    '2go',
    'l',
    'ete',
    'and',
    'or',
    '寿司',
    'lodz',
    'smorrebrod',
  ]);
});

test('a letter and its accent may come apart', () => assert.deepEqual(wordsOf('Cafe\u0301'), ['cafe']));

test('marks that make a letter stay', () => assert.deepEqual(wordsOf('हिन्दी'), ['हिन्दी'.normalize('NFKD')]));

test('no sign that means something to SQL survives, not even as part of a character', () => {
  assert.deepEqual(wordsOf(' *&|!():<->\'\\"%_ '), []);
  assert.deepEqual(
    wordsOf('½ ⒜ ﷺ'),
    wordsOf('½ ⒜ ﷺ').filter((word) => /^[\p{L}\p{M}\p{N}]+$/u.test(word)),
  );
});

test('long words are cut between characters', () => {
  assert.deepEqual(wordsOf('𝒳'.repeat(60)), ['x'.repeat(50)]);
  assert.deepEqual(wordsOf('𠀀'.repeat(60)), ['𠀀'.repeat(50)]);
});
