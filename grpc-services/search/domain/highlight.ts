import { foldWord, wordPattern } from './words.ts';

/** Stand around each match; no text holds them. */
const [matchStart, matchEnd] = ['\uE000', '\uE001'];
const maxSnippetChars = 160;

/**
 * The name with the found words marked; where it has none of them, the piece of the body around the first. `words` are
 * folded words of the entry, so what is marked is what was found, typing errors included.
 */
export function highlight(entry: {
  readonly name: string;
  readonly body: string;
  readonly words: readonly string[];
}): string {
  const found = new Set(entry.words);
  return mark(entry.name, found) ?? mark(snippet(entry.body, found), found) ?? clean(entry.name);
}

/** Undefined where nothing matches. */
function mark(text: string, found: ReadonlySet<string>): string | undefined {
  let isMarked = false;
  const marked = clean(text).replace(wordPattern, (word) => {
    if (!found.has(foldWord(word))) return word;
    isMarked = true;
    return `${matchStart}${word}${matchEnd}`;
  });
  return isMarked ? marked : undefined;
}

/** Whole words around the first match. */
function snippet(body: string, found: ReadonlySet<string>): string {
  const words = [...body.matchAll(wordPattern)];
  const match = words.findIndex(([word]) => found.has(foldWord(word)));
  if (match < 0 || body.length <= maxSnippetChars) return body;
  const from = Math.max(0, (words[match]?.index ?? 0) - maxSnippetChars / 2);
  const start = from === 0 ? 0 : (words.find(({ index }) => index >= from)?.index ?? from);
  const ends = words.map(({ index, 0: word }) => index + word.length);
  const end = ends.findLast((index) => index <= start + maxSnippetChars) ?? 0;
  return body.slice(start, Math.max(end, ends[match] ?? 0));
}

const clean = (text: string) => text.replaceAll(matchStart, '').replaceAll(matchEnd, '');
