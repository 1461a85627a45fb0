/** Longer words are told apart by their beginnings only. */
const maxWordChars = 50;

/** A word as it stands in a text. */
export const wordPattern = /[\p{L}\p{N}\p{M}]+/gu;

/** Letters that are no base letter with a mark. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
};

/** The words of a text as searches compare them: folded, in their order. */
export function wordsOf(text: string): string[] {
  return (text.match(wordPattern) ?? []).map(foldWord).filter((word) => word !== '');
}

/**
 * A word without case and accents: `Süße` and `susse` are one. Nothing but letters, marks and digits is left, so no
 * word means anything in SQL's `LIKE`, in a tsquery or in a tsvector.
 */
export function foldWord(word: string): string {
  const plain = word
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[ßæœøłđı]/g, (letter) => plainLetters[letter] ?? letter)
    .replace(/[^\p{L}\p{N}\p{M}]/gu, '');
  return [...plain].slice(0, maxWordChars).join('');
}
