import type { RedisClient } from '../engines/redis.ts';
import { createRedisPipelines, type RedisCommand } from '../engines/redis-pipelines.ts';
import type { CacheFill, CacheStore } from './cache-store.ts';

/** Writes where the reader's lease still lies: KEYS[1]; ARGV lease, entry, lifetime in milliseconds. */
const FILL = `
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1`;

/** Redis does nothing else while it answers one. */
const MAX_KEYS_A_COMMAND = 100;

/** The cache in Redis, one server or a cluster. Its commands go out in pipelines of at most 100 commands and 256 KiB. */
export function createRedisCacheStore(redis: RedisClient): CacheStore {
  const pipelines = createRedisPipelines(redis, { scripts: { cacheFill: { numberOfKeys: 1, lua: FILL } } });

  /** Puts keys together that may share a command: all of them on one server, those of a slot in a cluster. */
  function groups(keys: readonly string[]): { readonly key: string; readonly index: number }[][] {
    const bySlot = Map.groupBy(
      keys.map((key, index) => ({ key, index })),
      ({ key }) => pipelines.slotOf(key),
    );
    return [...bySlot.values()].flatMap((group) =>
      Array.from({ length: Math.ceil(group.length / MAX_KEYS_A_COMMAND) }, (_, part) =>
        group.slice(part * MAX_KEYS_A_COMMAND, (part + 1) * MAX_KEYS_A_COMMAND),
      ),
    );
  }

  const commandOn = (name: string, group: readonly { readonly key: string }[]): RedisCommand => {
    const [first = '', ...others] = group.map(({ key }) => key);
    return { name, key: first, args: others };
  };

  return {
    async getMany(keys) {
      const parts = groups(keys);
      const answers = await pipelines.send(parts.map((part) => commandOn('mgetBuffer', part)));
      const entries = new Array<Buffer | null>(keys.length).fill(null);
      for (const [position, part] of parts.entries()) {
        const found = answers[position] as (Buffer | null)[];
        for (const [place, { index }] of part.entries()) entries[index] = found[place] ?? null;
      }
      return entries;
    },
    // A lease is text: bytes are not equal to themselves in the scripts of the Redis inside this process.
    async lease(keys, lease, ttlMs) {
      const commands = keys.map((key) => ({ name: 'set', key, args: [lease.toString(), 'PX', ttlMs, 'NX'] }));
      return (await pipelines.send(commands)).map((answer) => answer === 'OK');
    },
    async fill(fills: readonly CacheFill[], lease) {
      const commands = fills.map(({ key, entry, ttlMs }) => ({
        name: 'cacheFill',
        key,
        args: [lease.toString(), entry, ttlMs],
      }));
      return (await pipelines.send(commands)).map((answer) => answer === 1);
    },
    async delete(keys) {
      await pipelines.send(groups(keys).map((group) => commandOn('unlink', group)));
    },
  };
}
