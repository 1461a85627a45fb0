import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedWords } from './asked-words.ts';

/** Whether one of the patterns of the word is LIKE the other word. */
function isNear(asked: string, other: string): boolean {
  const patterns = askedWords(asked)[0]?.near ?? [];
  return patterns.some((pattern) => new RegExp(`^${pattern.replaceAll('_', '.')}$`, 'u').test(other));
}

test('ten words at most; the last may be a beginning', () => {
  const words = askedWords('pizza '.repeat(12));
  assert.equal(words.length, 10);
  assert.deepEqual(
    words.map(({ isPrefix }) => isPrefix),
    [...Array(9).fill(false), true],
  );
});

test('one error: wrong, missing, additional and swapped letters, at either end too', () => {
  for (const typed of [
    'pazza',
    'bizza',
    'pizzo',
    'piza',
    'izza',
    'pizz',
    'piazza',
    'upizza',
    'pizzas',
    'ipzza',
    'pizaz',
  ]) {
    assert.ok(isNear(typed, 'pizza'), typed);
  }
  for (const typed of ['pasta', 'pizzeria', 'pi', 'zzipa']) assert.ok(!isNear(typed, 'pizza'), typed);
});

test('short words and numbers are taken as they are', () => {
  for (const typed of ['tea', '2024', 'grill44']) assert.deepEqual(askedWords(typed)[0]?.near, [], typed);
  assert.equal(askedWords('restaurant2024')[0]?.isLong, false);
});

test('long words are looked up by their trigrams too, and have a bounded number of patterns', () => {
  assert.equal(askedWords('margher')[0]?.isLong, false);
  assert.equal(askedWords('margheri')[0]?.isLong, true);
  assert.ok((askedWords('abcdefghijklmnop')[0]?.near.length ?? 0) <= 64);
  assert.deepEqual(askedWords('abcdefghijklmnopq')[0]?.near, []);
});
