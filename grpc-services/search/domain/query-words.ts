/** More words than these narrow no search. */
const maxWords = 10;

/** The words of a text as people mean them: runs of letters and digits, in lower case. */
export function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, maxWords);
}

/**
 * The words as a tsquery: all of them, the last one as the beginning of a word, because people search while they type.
 * Words are letters and digits only, so none of them can be an operator.
 */
export function toTsquery(words: readonly string[]): string {
  return words.map((word, index) => (index === words.length - 1 ? `'${word}':*` : `'${word}'`)).join(' & ');
}
