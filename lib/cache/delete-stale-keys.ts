import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Cache } from './cache.ts';
import type { CacheMetrics } from './cache-metrics.ts';
import type { CacheStore } from './cache-store.ts';
import { createDeleteRetries } from './delete-retries.ts';
import type { StoreSwitch } from './store-switch.ts';

/** Tells the other processes that keys were written at `writtenAtMs`, the epoch. */
export type PublishStaleKeys = (keys: readonly string[], writtenAtMs: number) => Promise<unknown>;

export interface StaleKeyDeleterOptions {
  /** Whose keys they are, for metrics and logs. */
  readonly service: string;
  readonly clock: Clock;
  readonly cache: Pick<Cache, 'forget'>;
  readonly store: Pick<CacheStore, 'delete'>;
  readonly storeSwitch: StoreSwitch;
  readonly cacheMetrics: Pick<CacheMetrics, 'failed' | 'written'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly publish: PublishStaleKeys;
}

/** Deletes what a commit has made stale. */
export interface StaleKeyDeleter {
  /**
   * Deletes keys that were written at `writtenAtMs`, the epoch, or will try again later: whoever wrote waits for the
   * first attempt. Never rejects.
   */
  delete(keys: readonly string[], writtenAtMs: number): Promise<void>;
  /** One attempt, for whoever comes again by itself. False where the store did not delete all of them. Never rejects. */
  attempt(keys: readonly string[], writtenAtMs: number): Promise<boolean>;
  /** Tries once more what is still to be deleted, for a second at most. Later failures are not tried again. */
  stop(): Promise<void>;
}

/** Keys of one round trip. */
const MAX_KEYS = 500;
const ERROR_EVERY_MS = 60_000;

export function createStaleKeyDeleter(options: StaleKeyDeleterOptions): StaleKeyDeleter {
  const { service, clock, cache, store, storeSwitch, cacheMetrics, metrics, logger, publish } = options;
  const deletes = metrics.counter({
    name: 'tiffin_cache_deletes_total',
    help: 'Stale keys to be deleted, by what became of an attempt: done, again (later), given_up.',
    labelNames: ['service', 'outcome'],
  });
  const count = (outcome: 'done' | 'again' | 'given_up', keys: number) =>
    deletes.inc({ service, outcome }, keys);

  let nextErrorMs = Number.NEGATIVE_INFINITY;
  const retries = createDeleteRetries({
    clock,
    attempt: deleteAll,
    failed: (keys) => count('again', keys.length),
    givenUp(keys, reason) {
      count('given_up', keys.length);
      // While Redis is away for long each commit would say so.
      if (clock.now() < nextErrorMs) return;
      nextErrorMs = clock.now() + ERROR_EVERY_MS;
      logger.error({ service, keys: keys.length, reason }, 'stale keys left to the sweeper');
    },
  });

  /** Resolves to the keys that the store did not delete. */
  async function deleteAll(keys: readonly string[], writtenAtMs: number): Promise<readonly string[]> {
    // Before, so that nobody joins a flight that began before the write, nor is answered by this process.
    cache.forget(keys);
    let deleted = 0;
    while (deleted < keys.length) {
      const some = keys.slice(deleted, deleted + MAX_KEYS);
      if (!(await deleteSome(some))) break;
      deleted += some.length;
    }
    // And after: whoever read the store in between may have put an older value there.
    cache.forget(keys);
    for (const key of keys) cacheMetrics.written(key, writtenAtMs);
    if (deleted > 0) count('done', deleted);
    tell(keys, writtenAtMs);
    return keys.slice(deleted);
  }

  async function deleteSome(keys: readonly string[]): Promise<boolean> {
    if (!storeSwitch.mayAsk()) return false;
    try {
      await store.delete(keys);
      storeSwitch.answered('write');
      return true;
    } catch (error) {
      storeSwitch.failed('write');
      cacheMetrics.failed('delete');
      logger.debug({ err: error, service, keys: keys.length }, 'the cache deleted nothing');
      return false;
    }
  }

  /** Nobody waits for the others. */
  function tell(keys: readonly string[], writtenAtMs: number): void {
    void (async () => publish(keys, writtenAtMs))().catch((error: unknown) => {
      cacheMetrics.failed('publish');
      logger.debug({ err: error, service, keys: keys.length }, 'other processes were not told of stale keys');
    });
  }

  return {
    async delete(keys, writtenAtMs) {
      if (keys.length === 0) return;
      const left = await deleteAll(keys, writtenAtMs);
      if (left.length > 0) retries.add(left, writtenAtMs);
    },
    async attempt(keys, writtenAtMs) {
      return keys.length === 0 || (await deleteAll(keys, writtenAtMs)).length === 0;
    },
    stop: () => retries.stop(),
  };
}
