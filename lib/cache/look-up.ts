import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import type { TokenBucket } from '../resilience/token-bucket.ts';
import type { Logger } from '../telemetry/logger.ts';
import { decodeEntry, encodeAbsent, encodeLease, encodeValue } from './cache-entry.ts';
import type { CacheMetrics } from './cache-metrics.ts';
import type { CacheFill, CacheStore } from './cache-store.ts';
import type { CachedKind, LoadValues } from './cached-kind.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { Flight, Found } from './flights.ts';
import type { LocalCache } from './local-cache.ts';
import type { StoreSwitch } from './store-switch.ts';

export interface LookUpOptions {
  readonly clock: Clock;
  readonly store: CacheStore;
  readonly storeSwitch: StoreSwitch;
  readonly local: LocalCache;
  /** Bounds the loads while the store is away: the database was never made for all of them. */
  readonly limiter: Pick<TokenBucket, 'take' | 'retryAfterMs'>;
  readonly metrics: CacheMetrics;
  readonly logger: Logger;
  /** A text that never comes twice, for leases. Default: a random UUID. */
  readonly newToken?: () => string;
  /** From 0 up to 1, for the jitter of lifetimes. */
  readonly random?: () => number;
  /** After which time a reader that has not filled is given up. Default: 5 seconds. */
  readonly leaseMs?: number;
  /** A larger value is not kept. Default: 64 KiB. */
  readonly maxValueBytes?: number;
}

/**
 * Lands each flight with what the store has; those it lacks with what one load says, which the store is told. Resolves
 * when that is done. Rejects where a load failed, or none was allowed: then some have not landed.
 */
export type LookUp = <Value extends object>(
  kind: CachedKind<Value>,
  flights: readonly Flight[],
  load: LoadValues<Value>,
) => Promise<void>;

/** Longer than any load takes: its statement ends after 300 ms, its wait for a connection after 2 s. */
export const defaultLeaseMs = 5_000;
/** Of a value, a week. */
const TTL_MS = 7 * 24 * 3_600_000;
/** Of the note that there is no such thing. */
const ABSENT_TTL_MS = 60_000;
const MAX_VALUE_BYTES = 64 * 1_024;
/** Of lifetimes: 5 % more or less. */
const JITTER = 0.05;

/** What the store lacks of some keys. */
interface Lacking {
  readonly flights: readonly Flight[];
  /** Keys that nothing lies under, for a lease. Under the others lies that of another reader. */
  readonly free: readonly string[];
}

const noKeys: ReadonlySet<string> = new Set();

/**
 * Sources: go-zero's cache node for lifetimes, placeholder and failing fast; "Scaling Memcache at Facebook" (NSDI 2013,
 * 3.2.1) for the lease. Own code, because the libraries that there are fill with a plain SET, which can bury a newer
 * value for a whole lifetime.
 */
export function createLookUp(options: LookUpOptions): LookUp {
  const { clock, store, storeSwitch, local, limiter, metrics, logger } = options;
  const { newToken = randomUUID, random = Math.random } = options;
  const { leaseMs = defaultLeaseMs, maxValueBytes = MAX_VALUE_BYTES } = options;

  /** So that what was written together does not end together. */
  const jittered = (lifetimeMs: number) => Math.ceil(lifetimeMs * (1 - JITTER + 2 * JITTER * random()));

  const lookUp: LookUp = async (kind, flights, load) => {
    const moment = local.moment;
    const lacking = await askStore(kind, flights, moment);
    if (lacking?.flights.length === 0) return;
    if (!lacking && !limiter.take()) {
      metrics.refused(kind.name, flights.length);
      throw new AppError('UNAVAILABLE', { retryAfterMs: limiter.retryAfterMs });
    }
    const lease = encodeLease(newToken());
    const leased = lacking ? await takeLeases(lacking.free, lease) : noKeys;
    const fills = await loadAll(kind, lacking?.flights ?? flights, load, leased, moment);
    if (fills.length === 0) return;
    const written = await ask('fill', (asked) => asked.fill(fills, lease));
    if (written) metrics.filled(kind.name, written);
  };

  /** Lands what the store has. Undefined where the store could not be asked. */
  async function askStore<Value extends object>(
    kind: CachedKind<Value>,
    flights: readonly Flight[],
    moment: number,
  ): Promise<Lacking | undefined> {
    const keys = flights.map(({ key }) => key);
    if (!(await proveWrites(keys))) return undefined;
    const entries = await ask('get', (asked) => asked.getMany(keys));
    if (!entries) return undefined;
    const missing: Flight[] = [];
    const free: string[] = [];
    const broken: string[] = [];
    let absent = 0;
    for (const [index, flight] of flights.entries()) {
      const bytes = entries[index];
      const found = bytes ? decode(kind, bytes) : 'nothing';
      if (typeof found === 'object') {
        keep(flight.key, found, bytes?.length ?? 0, moment);
        flight.land(found);
        flight.close();
        if (found.kind === 'absent') absent++;
        continue;
      }
      missing.push(flight);
      if (found === 'nothing') free.push(flight.key);
      if (found === 'undecodable') broken.push(flight.key);
    }
    metrics.read(kind.name, 'hit', flights.length - missing.length - absent);
    metrics.read(kind.name, 'absent', absent);
    metrics.read(kind.name, 'miss', missing.length);
    if (broken.length > 0) {
      metrics.undecodable(kind.name, broken.length);
      const dropped = await ask('delete', (asked) => asked.delete(broken).then(() => true));
      if (dropped) free.push(...broken);
    }
    return { flights: missing, free };
  }

  /**
   * Whether the store takes writes. Where it did not lately, deletes of these keys may have been refused as well, maybe
   * those of another process: what lies there is no answer before a write was taken. Where nothing is known, that is the
   * delete of a key that is never used, in the slot of the first one; after refusals, of what is asked for.
   */
  async function proveWrites(keys: readonly string[]): Promise<boolean> {
    const { writes } = storeSwitch;
    if (writes === 'taken') return true;
    const deleted = writes === 'refused' ? keys : keys.slice(0, 1).map((key) => `{${key}}`);
    return (await ask('delete', (asked) => asked.delete(deleted).then(() => true))) ?? false;
  }

  /** Lands all with what one load says, and returns what of it goes to the store. */
  async function loadAll<Value extends object>(
    kind: CachedKind<Value>,
    flights: readonly Flight[],
    load: LoadValues<Value>,
    leased: ReadonlySet<string>,
    moment: number,
  ): Promise<readonly CacheFill[]> {
    const readAtMs = clock.now();
    metrics.loading(kind.name, flights.length);
    const values = await load(flights.map(({ id }) => id));
    const fills: CacheFill[] = [];
    for (const { id, key, land } of flights) {
      const value = values.get(id);
      const found: Found = value
        ? { kind: 'value', value: deepFreeze(value), readAtMs }
        : { kind: 'absent', readAtMs };
      land(found);
      const entry = value ? encode(kind, value, readAtMs) : encodeAbsent(readAtMs);
      if (!entry) continue;
      keep(key, found, entry.length, moment);
      if (leased.has(key)) fills.push({ key, entry, ttlMs: jittered(value ? TTL_MS : ABSENT_TTL_MS) });
    }
    return fills;
  }

  function keep(key: string, found: Found, bytes: number, moment: number): void {
    if (found.kind === 'failed') return;
    const value = found.kind === 'value' ? found.value : undefined;
    local.put(key, { value, readAtMs: found.readAtMs }, bytes, moment);
  }

  /** Undefined where the value is too large, or of a shape that its codec does not know: it is answered all the same. */
  function encode<Value extends object>(
    { name, codec }: CachedKind<Value>,
    value: Value,
    readAtMs: number,
  ): Buffer | undefined {
    try {
      const entry = encodeValue(codec.encode(value), codec.version, readAtMs);
      if (entry.length <= maxValueBytes) return entry;
      metrics.tooLarge(name);
    } catch (error) {
      logger.error({ err: error, kind: name }, 'a value could not be encoded for the cache');
    }
    return undefined;
  }

  async function takeLeases(free: readonly string[], lease: Buffer): Promise<ReadonlySet<string>> {
    if (free.length === 0) return noKeys;
    const taken = await ask('lease', (asked) => asked.lease(free, lease, leaseMs));
    return taken ? new Set(free.filter((_, index) => taken[index])) : noKeys;
  }

  /** What the store answers; undefined where it did not, or is not asked now. */
  async function ask<Answer>(
    what: 'get' | 'lease' | 'fill' | 'delete',
    question: (asked: CacheStore) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    if (!storeSwitch.mayAsk()) return undefined;
    try {
      const answer = await question(store);
      // A fill may have met no lease, and written nothing.
      storeSwitch.answered(what === 'lease' || what === 'delete' ? 'write' : 'read');
      return answer;
    } catch (error) {
      storeSwitch.failed(what === 'get' ? 'read' : 'write');
      metrics.failed(what);
      logger.debug({ err: error, what }, 'the cache did not answer');
      return undefined;
    }
  }

  return lookUp;
}

function decode<Value extends object>(
  { codec }: CachedKind<Value>,
  bytes: Buffer,
): Exclude<Found, { kind: 'failed' }> | 'leased' | 'undecodable' {
  const entry = decodeEntry(bytes);
  if (!entry) return 'undecodable';
  if (entry.kind === 'lease') return 'leased';
  const { kind, readAtMs } = entry;
  if (kind === 'absent') return { kind, readAtMs };
  if (entry.version !== codec.version) return 'undecodable';
  try {
    return { kind, value: deepFreeze(codec.decode(entry.bytes)), readAtMs };
  } catch {
    return 'undecodable';
  }
}
