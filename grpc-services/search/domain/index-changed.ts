import type { IndexedEntry } from '../data/entry.ts';
import { findIndexedVersion, putEntry } from '../data/entry-store.ts';
import type { SearchDeps } from './deps.ts';

/** That a shop or goods have a new version. It may be heard late, twice, and after a newer one. */
export interface HeardChange extends Pick<IndexedEntry, 'kind' | 'refId' | 'version'> {
  readonly consumer: string;
  readonly eventId: string;
  readonly signal: AbortSignal;
}

/**
 * Brings the index to the version of a change, at least. What changed is read anew by `read`, so the order of the
 * changes does not matter; where it is gone there is nothing to find.
 * @throws Error where `read` does not know of the change yet: it is to be heard again.
 */
export async function indexChanged(
  { database, inbox }: Pick<SearchDeps, 'database' | 'inbox'>,
  change: HeardChange,
  read: () => Promise<IndexedEntry | undefined>,
): Promise<void> {
  const { consumer, eventId, signal, kind, refId, version } = change;
  const indexed = await findIndexedVersion(database, { kind, refId });
  const isKnown = indexed !== undefined && indexed >= version;
  const entry = isKnown ? undefined : await read();
  if (entry && entry.version < version)
    throw new Error(`${refId} was read as it was before its version ${version}.`);
  await inbox.once(consumer, eventId, async (em) => entry && putEntry(em, entry), { signal });
}
