/** A value as this process keeps it for itself. */
export interface LocalEntry<Value extends object = object> {
  /** Undefined: there is none. Frozen: everybody who asks gets the same one. */
  readonly value: Value | undefined;
  /** When its reader took the lease, or asked the database: the value is that old at most. */
  readonly readAtMs: number;
}

/**
 * The part of the cache inside this process, for the hottest keys only: bounded in entries and in bytes, told of
 * changes through a channel. What it was not told of is gone after a few seconds.
 */
export interface LocalCache {
  /** Counts a read of the key, for whether it is hot. What is kept, where it is fresh. */
  get(key: string): LocalEntry | undefined;
  /** What is kept although it is not fresh any more: better than nothing where nothing else can be had. */
  getStale(key: string): LocalEntry | undefined;
  /** Where time is now among the changes heard of. Taken before a value is read, for `put`. */
  readonly moment: number;
  /** Keeps an entry of `bytes` where its key is hot, unless the key was dropped since `moment`. */
  put(key: string, entry: LocalEntry, bytes: number, moment: number): void;
  /** Drops what is kept, and what was read before now. */
  drop(keys: readonly string[]): void;
  /** Has nothing count as fresh: changes may have been missed. */
  dropAll(): void;
}

/** For processes that keep nothing for themselves. */
export const noLocalCache: LocalCache = {
  get: () => undefined,
  getStale: () => undefined,
  moment: 0,
  put() {},
  drop() {},
  dropAll() {},
};
