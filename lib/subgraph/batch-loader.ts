import DataLoader from 'dataloader';

/** BatchGet and BatchList rpcs take this many keys a call. */
export const maxBatchKeys = 100;

/** Loaders of one operation; all of them are cleared after each mutation. */
export type Loaders = Readonly<Record<string, { clearAll(): unknown }>>;

/**
 * A request-scoped loader: all keys asked for in one turn become ⌈distinct keys/100⌉ calls of `loadBatch`, which
 * answers in the order of its keys. A rejected batch fails the keys of that batch only, and they may be asked for again.
 *
 * The loader cuts the batches itself because all keys of a turn must be answered in one turn, when the last batch is in:
 * what hangs on their values is then asked for in one turn too. Were each batch answered alone, every batch of goods
 * would ask for its own shops, every batch of shops for its own reviews, and so on down.
 *
 * Values that are frozen it hands out as copies.
 */
export function createBatchLoader<Key, Value>(
  loadBatch: (keys: readonly Key[]) => Promise<readonly Value[]>,
  cacheKey?: (key: Key) => string,
): DataLoader<Key, Value, unknown> {
  const loader = new DataLoader<Key, Value, unknown>(async (keys) => {
    const batches = batchesOf(keys).map((batch) =>
      loadExactly(batch, loadBatch).catch((thrown: unknown) => {
        for (const key of batch) loader.clear(key);
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        return batch.map(() => error);
      }),
    );
    return (await Promise.all<readonly (Value | Error)[]>(batches)).flat(1) as (Value | Error)[];
  }, cacheKey && { cacheKeyFn: cacheKey });
  return loader;
}

const batchesOf = <Key>(keys: readonly Key[]): (readonly Key[])[] =>
  Array.from({ length: Math.ceil(keys.length / maxBatchKeys) }, (_, index) =>
    keys.slice(index * maxBatchKeys, (index + 1) * maxBatchKeys),
  );

async function loadExactly<Key, Value>(
  keys: readonly Key[],
  loadBatch: (keys: readonly Key[]) => Promise<readonly Value[]>,
): Promise<readonly Value[]> {
  const values = await loadBatch(keys);
  if (values.length === keys.length) return values.map(extensible);
  throw new Error(
    `A batch of ${keys.length} keys was answered with ${values.length} values: not the same length.`,
  );
}

/**
 * Within a process a message may be a cache's own, frozen because many share it; but Apollo's resolver of `_entities`
 * writes into each entity of which type it is.
 */
function extensible<Value>(value: Value): Value {
  const isFixed = typeof value === 'object' && value !== null && !Object.isExtensible(value);
  return isFixed && !Array.isArray(value) ? { ...value } : value;
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
