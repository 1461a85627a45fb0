import { AppError } from '../errors/app-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import { timedOut, within } from '../lifecycle/within.ts';
import { type CallContext, remainingMs } from '../rpc/call-context.ts';
import type { CacheStore } from './cache-store.ts';
import type { CachedKind, LoadValues } from './cached-kind.ts';
import { deepFreeze } from './deep-freeze.ts';
import { type Flight, Flights } from './flights.ts';
import { createLookUp, defaultLeaseMs, type LookUpOptions } from './look-up.ts';

/** How a reader stands to time: what it takes, and how it tells its own caller. */
export type CacheReader = Pick<CallContext, 'deadlineMs' | 'freshness' | 'onDegraded'>;

/** A service's cache of what its database holds: cache-aside, with leases. docs/cache.md has the guarantee. */
export interface Cache {
  /**
   * The values of these ids, without those that there are none of. What is kept nowhere is loaded: once in this process
   * however many ask, all in one call of `load`. Values are frozen: everybody gets the same ones.
   * @throws AppError UNAVAILABLE where neither the cache nor the database may be asked now, DEADLINE_EXCEEDED; and what
   *   `load` throws.
   */
  find<Value extends object>(
    kind: CachedKind<Value>,
    ids: readonly string[],
    reader: CacheReader,
    load: LoadValues<Value>,
  ): Promise<ReadonlyMap<string, Value>>;
  /** Has this process forget what it holds and reads of these keys: something else is true now. */
  forget(keys: readonly string[]): void;
  /** The same of all keys, where it may not have been told of some: flights are not joined, copies count as old. */
  forgetAll(): void;
  /** Waits for the loads and fills under way, for whoever closes what they need. */
  stop(): Promise<void>;
}

export interface CacheOptions extends Omit<LookUpOptions, 'store'> {
  /** Undefined: nothing is cached, and each reader loads for itself. */
  readonly store: CacheStore | undefined;
}

export function createCache(options: CacheOptions): Cache {
  const { clock, store, local, metrics, leaseMs = defaultLeaseMs } = options;
  const lookUp = store && createLookUp({ ...options, store });
  // A load that lasts longer has lost its lease, and is no good to those who come now.
  const flights = new Flights(leaseMs);
  const underWay = new Set<Promise<void>>();

  async function find<Value extends object>(
    kind: CachedKind<Value>,
    ids: readonly string[],
    reader: CacheReader,
    load: LoadValues<Value>,
  ): Promise<ReadonlyMap<string, Value>> {
    const wanted = new Set(ids);
    const values = new Map<string, Value>();
    if (wanted.size === 0) return values;
    if (!lookUp || reader.freshness === 'latest') {
      for (const [id, value] of await load([...wanted])) values.set(id, deepFreeze(value));
      return values;
    }
    const unknown = readLocal(kind, wanted, values);
    if (unknown.length === 0) return values;
    const joined = join(kind, unknown, load);
    // A load belongs to all who wait for it: whoever gives up leaves it alone.
    const landed = Promise.all(joined.map(({ found }) => found));
    const founds = await within(clock, remainingMs(reader, clock), landed);
    if (founds === timedOut) throw new AppError('DEADLINE_EXCEEDED', {});
    const failed: Flight[] = [];
    let error: AppError | undefined;
    for (const [index, found] of founds.entries()) {
      const flight = joined[index] as Flight;
      if (found.kind === 'failed') {
        error ??= found.error;
        failed.push(flight);
        continue;
      }
      metrics.served(flight.key, found.readAtMs);
      if (found.kind === 'value') values.set(flight.id, found.value as Value);
    }
    if (error) addStale(kind, failed, error, reader, values);
    return values;
  }

  /** Takes what this process keeps for itself, and returns the ids of the others. */
  function readLocal<Value extends object>(
    kind: CachedKind<Value>,
    ids: ReadonlySet<string>,
    values: Map<string, Value>,
  ): string[] {
    const unknown: string[] = [];
    for (const id of ids) {
      const key = kind.key(id);
      const kept = local.get(key);
      if (!kept) {
        unknown.push(id);
        continue;
      }
      metrics.served(key, kept.readAtMs);
      if (kept.value) values.set(id, kept.value as Value);
    }
    metrics.read(kind.name, 'local', ids.size - unknown.length);
    return unknown;
  }

  /** A flight for each id: those of others that are in the air, and new ones, which look up together. */
  function join<Value extends object>(
    kind: CachedKind<Value>,
    ids: readonly string[],
    load: LoadValues<Value>,
  ): readonly Flight[] {
    const nowMs = clock.now();
    const own: Flight[] = [];
    const joined = ids.map((id) => {
      const key = kind.key(id);
      const flying = flights.join(key, nowMs);
      if (flying) return flying;
      const flight = flights.start(id, key, nowMs);
      own.push(flight);
      return flight;
    });
    metrics.read(kind.name, 'shared', joined.length - own.length);
    if (own.length > 0) {
      const flown = fly(kind, own, load);
      underWay.add(flown);
      void flown.then(() => underWay.delete(flown));
    }
    return joined;
  }

  /** Lands each flight, and closes it when its value can be found elsewhere. Never rejects: nobody may be waiting. */
  async function fly<Value extends object>(
    kind: CachedKind<Value>,
    own: readonly Flight[],
    load: LoadValues<Value>,
  ): Promise<void> {
    try {
      await lookUp?.(kind, own, load);
    } catch (thrown) {
      const error = toAppError(thrown);
      // Those that have landed already stay where they are.
      for (const { land } of own) land({ kind: 'failed', error });
    } finally {
      for (const { close } of own) close();
    }
  }

  /** What this process still has in place of what failed, for a reader who can say so to its caller. */
  function addStale<Value extends object>(
    kind: CachedKind<Value>,
    failed: readonly Flight[],
    error: AppError,
    { freshness, onDegraded }: CacheReader,
    values: Map<string, Value>,
  ): void {
    if (freshness !== 'any' || !onDegraded) throw error;
    for (const { id, key } of failed) {
      const kept = local.getStale(key);
      if (!kept) throw error;
      // Not counted as served: that is measured of answers that are meant to be new.
      if (kept.value) values.set(id, kept.value as Value);
    }
    metrics.read(kind.name, 'stale', failed.length);
    onDegraded(kind.name);
  }

  return {
    find,
    forget(keys) {
      flights.forget(keys);
      local.drop(keys);
    },
    forgetAll() {
      flights.forgetAll();
      local.dropAll();
    },
    async stop() {
      await Promise.all(underWay);
    },
  };
}
