import { type Page, toPage } from '@tiffin/lib/paging/page';
import type { EntryKind, FoundEntry, FoundPosition } from '../data/entry.ts';
import { findEntries } from '../data/entry-store.ts';
import type { SearchDeps } from './deps.ts';
import { toTsquery, wordsOf } from './query-words.ts';

export interface SearchInput {
  readonly text: string;
  readonly kinds: readonly EntryKind[];
  readonly first: number;
  readonly after: FoundPosition | undefined;
}

/**
 * Entries for what somebody typed, best first. Four classes, each above the next: the very name, a name that begins
 * with the text, an entry that has all the words (within it by PostgreSQL's ts_rank_cd, names before descriptions),
 * a name that is similar, typing errors included (within it by pg_trgm's word_similarity). No search goes beyond its
 * first 1,000 hits.
 */
export async function search(
  { database }: SearchDeps,
  { text, kinds, first, after }: SearchInput,
): Promise<Page<FoundEntry>> {
  const words = wordsOf(text);
  if (words.length === 0) return { items: [], hasNextPage: false };
  const query = { text: words.join(' '), words: toTsquery(words), kinds, after, maxItems: first + 1 };
  return toPage(await findEntries(database, query), first);
}
