import type { AskedWord } from '../data/find-entries.ts';
import { wordsOf } from './words.ts';

/** More words than these narrow no search. */
const maxWords = 10;
/** Shorter words have too many neighbours; the limits are those of Elasticsearch's fuzziness AUTO, made stricter. */
const minNearChars = 4;
/** Errors in longer words are found by their trigrams alone. */
const maxNearChars = 16;
const minLongChars = 8;

/**
 * What a search text asks for: all of its words. The last may be the beginning of a word, because people search while
 * they type. Words of 4 letters or more forgive one typing error, those of 8 or more about two; numbers none.
 */
export function askedWords(text: string): AskedWord[] {
  const words = wordsOf(text).slice(0, maxWords);
  return words.map((word, index) => ({
    word,
    isPrefix: index === words.length - 1,
    near: nearPatterns(word),
    isLong: isForgiven(word) && [...word].length >= minLongChars,
  }));
}

const isForgiven = (word: string) => !/\p{N}/u.test(word);

/**
 * `LIKE` patterns for all words that one error turns into `word`: a wrong letter, one too many, one too few, two
 * swapped (Damerau's four). About four patterns a letter; trigram indexes answer them.
 */
function nearPatterns(word: string): string[] {
  const letters = [...word];
  if (letters.length < minNearChars || letters.length > maxNearChars || !isForgiven(word)) return [];
  const replaced = (start: number, count: number, by: string) => letters.toSpliced(start, count, by).join('');
  const patterns = letters.flatMap((letter, index) => {
    const next = letters[index + 1];
    return [
      replaced(index, 1, '_'),
      replaced(index, 1, ''),
      replaced(index, 0, '_'),
      ...(next === undefined ? [] : [replaced(index, 2, `${next}${letter}`)]),
    ];
  });
  return [...new Set([...patterns, `${word}_`])];
}
