import { wordsOf } from './query-words.ts';

/** Stand around each match; no name holds them, since they are not text. */
const [matchStart, matchEnd] = ['\uE000', '\uE001'];
/** A word this similar to one that was asked for counts as it, typing error included: the threshold of the index. */
const minSimilarity = 0.3;
const maxSnippetChars = 160;

/** The name with its matches marked; where it has none, the piece of the body around the first match there. */
export function highlight(entry: { readonly name: string; readonly body: string }, text: string): string {
  const asked = wordsOf(text);
  const name = mark(entry.name, asked);
  if (name !== undefined) return name;
  return mark(snippet(entry.body, asked), asked) ?? clean(entry.name);
}

/** Undefined where nothing matches. */
function mark(text: string, asked: readonly string[]): string | undefined {
  let isMarked = false;
  const marked = clean(text).replace(/[\p{L}\p{N}]+/gu, (word) => {
    if (!asked.some((one) => isMatch(word.toLowerCase(), one))) return word;
    isMarked = true;
    return `${matchStart}${word}${matchEnd}`;
  });
  return isMarked ? marked : undefined;
}

const isMatch = (word: string, asked: string) =>
  word.startsWith(asked) || similarity(word, asked) >= minSimilarity;

function snippet(body: string, asked: readonly string[]): string {
  const place = [...body.matchAll(/[\p{L}\p{N}]+/gu)].find(([word]) =>
    asked.some((one) => isMatch(word.toLowerCase(), one)),
  );
  const start = Math.max(0, (place?.index ?? 0) - maxSnippetChars / 2);
  return body.slice(start, start + maxSnippetChars).toWellFormed();
}

const clean = (text: string) => text.replaceAll(matchStart, '').replaceAll(matchEnd, '');

/** The share of the asked word's trigrams that the other has too, as pg_trgm's `word_similarity` sees it. */
function similarity(word: string, asked: string): number {
  const wanted = trigrams(asked);
  return wanted.intersection(trigrams(word)).size / wanted.size;
}

function trigrams(word: string): Set<string> {
  const padded = `  ${word} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, start) => padded.slice(start, start + 3)));
}
