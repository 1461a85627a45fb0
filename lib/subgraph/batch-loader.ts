import DataLoader from 'dataloader';

/** BatchGet and BatchList rpcs take this many keys a call. */
export const maxBatchKeys = 100;

/** Loaders of one operation; all of them are cleared after each mutation. */
export type Loaders = Readonly<Record<string, { clearAll(): unknown }>>;

/**
 * A request-scoped loader: all keys asked for in one turn become ⌈distinct keys/100⌉ calls of `loadBatch`, which
 * answers in the order of its keys. A rejected batch fails the keys of that batch only.
 */
export function createBatchLoader<Key, Value>(
  loadBatch: (keys: readonly Key[]) => Promise<readonly Value[]>,
  cacheKey?: (key: Key) => string,
): DataLoader<Key, Value, unknown> {
  return new DataLoader<Key, Value, unknown>(loadBatch, {
    maxBatchSize: maxBatchKeys,
    ...(cacheKey && { cacheKeyFn: cacheKey }),
  });
}

/** One page of a list that hangs on a parent. */
export interface PageKey {
  readonly parentId: string;
  readonly first: number;
  readonly after?: string | undefined;
}

/** The same as `createBatchLoader` for pages: pages of different parents and sizes share one call. */
export function createPageLoader<Page>(
  loadBatch: (keys: readonly PageKey[]) => Promise<readonly Page[]>,
): DataLoader<PageKey, Page, unknown> {
  return createBatchLoader(loadBatch, ({ parentId, first, after }) =>
    JSON.stringify([parentId, first, after]),
  );
}
