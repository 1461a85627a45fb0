/** What is to be kept under a key. */
export interface CacheFill {
  readonly key: string;
  readonly entry: Buffer;
  readonly ttlMs: number;
}

/**
 * The shared part of the cache, which Redis is. Each call is one round trip, to each master that holds some of the keys
 * at the same time; a call rejects as a whole where Redis did not answer. A key holds a value, the note that there is
 * none, or the lease of a reader who is loading it: so one delete ends all three, in one slot of a cluster.
 */
export interface CacheStore {
  /** What lies under the keys, in their order. */
  getMany(keys: readonly string[]): Promise<readonly (Buffer | null)[]>;
  /** Leaves a lease where nothing lies. Whether it did, in the order of the keys. */
  lease(keys: readonly string[], lease: Buffer, ttlMs: number): Promise<readonly boolean[]>;
  /** Puts entries in the place of a lease that still lies there. Whether it did, in their order. */
  fill(fills: readonly CacheFill[], lease: Buffer): Promise<readonly boolean[]>;
  /** Deletes whatever lies under the keys. */
  delete(keys: readonly string[]): Promise<void>;
}
