import { type Page, toPage } from '@tiffin/lib/paging/page';
import type { EntryKind, FoundEntry, FoundPosition } from '../data/entry.ts';
import { findEntries } from '../data/find-entries.ts';
import { askedWords } from './asked-words.ts';
import type { SearchDeps } from './deps.ts';

export interface SearchInput {
  readonly text: string;
  readonly kinds: readonly EntryKind[];
  readonly first: number;
  readonly after: FoundPosition | undefined;
}

/**
 * Entries that have all the words that somebody typed, best first. Each word counts by how the entry has it: in its
 * name exactly 100 points, as a beginning 80, in the body 60 and 40, with typing errors 20 or less. A name that holds
 * little else gains up to 19. No search goes beyond its first 1,000 hits.
 */
export async function search(
  { database }: SearchDeps,
  { text, kinds, first, after }: SearchInput,
): Promise<Page<FoundEntry>> {
  const words = askedWords(text);
  if (words.length === 0) return { items: [], hasNextPage: false };
  return toPage(await findEntries(database, { words, kinds, after, maxItems: first + 1 }), first);
}
