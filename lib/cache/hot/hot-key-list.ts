import type { Clock } from '../../clock/clock.ts';
import type { RedisClient } from '../../engines/redis.ts';
import type { TaskScope } from '../../lifecycle/task-scope.ts';
import type { HotKey } from './heavy-keeper.ts';
import type { HotLocalCache } from './hot-local-cache.ts';

/** The keys of a service that its processes found hot lately, in Redis. */
export interface HotKeyList {
  /** Adds what one process found. */
  record(keys: readonly HotKey[]): Promise<void>;
  /** The hottest first, at most 200. */
  read(): Promise<readonly string[]>;
}

const MAX_LISTED = 200;
/** From one process at a time. */
const MAX_RECORDED = 100;
const LIFETIME_SECONDS = 24 * 3_600;
/** After this time twice the reads count as much as they did. */
const HALF_LIFE_MS = 10 * 60_000;
const RECORD_EVERY_MS = 30_000;
const JITTER = 0.1;

/**
 * One sorted set a service. A score is the logarithm of a key's reads plus the half-lives since the epoch: so older
 * reports sink below newer ones by themselves, and nothing has to be halved from time to time, by one of many
 * processes, which none of them could agree on. The last report of a key counts; those of processes that share the load
 * are alike.
 */
export function createHotKeyList(redis: RedisClient, service: string, clock: Clock): HotKeyList {
  const listKey = `${service}:hot`;
  return {
    async record(keys) {
      if (keys.length === 0) return;
      const age = clock.now() / HALF_LIFE_MS;
      const scored = keys
        .slice(0, MAX_RECORDED)
        .flatMap(({ key, count }) => [Math.log2(Math.max(1, count)) + age, key]);
      // All of one key, so of one node of a Cluster; and together, so that the list never lacks its lifetime.
      const results = await redis
        .multi()
        .zadd(listKey, ...scored)
        .zremrangebyrank(listKey, 0, -MAX_LISTED - 1)
        .expire(listKey, LIFETIME_SECONDS)
        .exec();
      for (const [error] of results ?? []) if (error) throw error;
    },
    read: () => redis.zrevrange(listKey, 0, MAX_LISTED - 1),
  };
}

/**
 * Records what this process finds hot, each 30 seconds, 10 % more or less. Not a task of the service: those run where the
 * role `tasks` is, and what is hot is known where the readers are.
 */
export function recordHotKeys(
  scope: Pick<TaskScope, 'repeat'>,
  local: Pick<HotLocalCache, 'hottest'>,
  list: Pick<HotKeyList, 'record'>,
  random: () => number = Math.random,
): void {
  const intervalMs = RECORD_EVERY_MS * (1 - JITTER + 2 * JITTER * random());
  scope.repeat('record hot keys', intervalMs, () => list.record(local.hottest(MAX_RECORDED)));
}
