import type { LocalCache, LocalEntry } from '../local-cache.ts';

/** A local cache to which every key is hot, for tests. */
export class KeepAll implements LocalCache {
  /** Unset: what is kept is stale. */
  isFresh = true;
  moment = 0;
  readonly #kept = new Map<string, LocalEntry>();
  readonly #droppedAt = new Map<string, number>();

  get(key: string): LocalEntry | undefined {
    return this.isFresh ? this.#kept.get(key) : undefined;
  }

  getStale(key: string): LocalEntry | undefined {
    return this.#kept.get(key);
  }

  put(key: string, entry: LocalEntry, _bytes: number, moment: number): void {
    if ((this.#droppedAt.get(key) ?? 0) <= moment) this.#kept.set(key, entry);
  }

  drop(keys: readonly string[]): void {
    this.moment++;
    for (const key of keys) {
      this.#droppedAt.set(key, this.moment);
      this.#kept.delete(key);
    }
  }

  dropAll(): void {
    this.isFresh = false;
  }
}
