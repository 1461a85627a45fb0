import type { Clock } from '../../clock/clock.ts';
import { timedOut, within } from '../../lifecycle/within.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Cache } from '../cache.ts';
import type { CachedKind, LoadValues } from '../cached-kind.ts';
import type { HotKeyList } from './hot-key-list.ts';
import type { HotLocalCache } from './hot-local-cache.ts';

/** A kind whose hottest values a process reads before it turns ready. */
export interface WarmKind {
  /** What its keys begin with; their ids follow. */
  readonly prefix: string;
  /** Reads these ids through the cache. */
  read(cache: Pick<Cache, 'find'>, ids: readonly string[], deadlineMs: number): Promise<unknown>;
}

/** `kind`'s keys end with their id. */
export function warmKind<Value extends object>(kind: CachedKind<Value>, load: LoadValues<Value>): WarmKind {
  return {
    prefix: kind.key(''),
    read: (cache, ids, deadlineMs) => cache.find(kind, ids, { deadlineMs }, load),
  };
}

export interface WarmUpOptions {
  readonly service: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cache: Pick<Cache, 'find'>;
  readonly local: Pick<HotLocalCache, 'heat'>;
  readonly list: Pick<HotKeyList, 'read'>;
  /** For all of it. Default: 2 seconds. */
  readonly timeoutMs?: number;
}

/** What one call of a service's batch reads has at most. */
const MAX_BATCH = 100;

/**
 * Reads the recorded hot keys of `kinds` through the cache, and takes them for hot: so they are in Redis and in this
 * process before its first reader comes. The list holds Redis keys, whose id is what follows the prefix of their kind: a
 * process would otherwise have to carry kind and id beside each key that it counts. Keys of no kind are left out; they
 * may be from an older version. Never rejects: a process that is not warm is only slower.
 */
export async function warmUp(kinds: readonly WarmKind[], options: WarmUpOptions): Promise<void> {
  const { service, clock, logger, timeoutMs = 2_000 } = options;
  const deadlineMs = clock.now() + timeoutMs;
  try {
    const outcome = await within(clock, timeoutMs, readHotKeys(kinds, options, deadlineMs));
    if (outcome === timedOut) logger.warn({ service }, 'not all hot keys were read in time');
    else logger.debug({ service, keys: outcome }, 'hot keys read');
  } catch (error) {
    logger.warn({ service, err: error }, 'hot keys not read');
  }
}

/** Resolves to how many were read. */
async function readHotKeys(
  kinds: readonly WarmKind[],
  { service, clock, logger, cache, local, list }: WarmUpOptions,
  deadlineMs: number,
): Promise<number> {
  const recorded = await list.read();
  let read = 0;
  for (const { kind, keys } of byKind(kinds, recorded)) {
    local.heat(keys);
    for (let from = 0; from < keys.length && clock.now() < deadlineMs; from += MAX_BATCH) {
      const ids = keys.slice(from, from + MAX_BATCH).map((key) => key.slice(kind.prefix.length));
      try {
        await kind.read(cache, ids, deadlineMs);
        read += ids.length;
      } catch (error) {
        logger.warn({ service, err: error, keys: ids.length }, 'some hot keys not read');
      }
    }
  }
  return read;
}

/** Where the prefixes of two kinds fit, the longer one is meant. */
function byKind(kinds: readonly WarmKind[], keys: readonly string[]) {
  const longestFirst = kinds.toSorted((a, b) => b.prefix.length - a.prefix.length);
  const groups = Map.groupBy(keys, (key) => longestFirst.find(({ prefix }) => key.startsWith(prefix)));
  return kinds.map((kind) => ({ kind, keys: groups.get(kind) ?? [] }));
}
