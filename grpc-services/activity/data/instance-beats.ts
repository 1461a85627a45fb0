import type { RedisClient } from '@tiffin/lib/engines/redis';
import { createRedisPipelines } from '@tiffin/lib/engines/redis-pipelines';
import { liveInstancesKey } from './keys.ts';

/** Signs of life of the processes that answer joins. Calls throw RedisUnavailable where Redis is away. */
export interface InstanceBeats {
  /** Says that an instance lives, and answers how many do. */
  beat(instanceId: string, nowMs: number): Promise<number>;
  /** It lives no more. */
  leave(instanceId: string): Promise<void>;
}

/** Several missed beats, and clocks that differ by a second or two. */
export const SILENT_MS = 5_000;

export function createInstanceBeats(redis: RedisClient): InstanceBeats {
  const pipelines = createRedisPipelines(redis);
  const command = (name: string, ...args: (string | number)[]) => ({ name, key: liveInstancesKey, args });
  return {
    async beat(instanceId, nowMs) {
      const answers = await pipelines.send([
        command('zadd', nowMs, instanceId),
        command('zremrangebyscore', '-inf', `(${nowMs - SILENT_MS}`),
        command('zcard'),
        command('pexpire', 2 * SILENT_MS),
      ]);
      return Math.max(1, Number(answers[2]));
    },
    async leave(instanceId) {
      await pipelines.send([command('zrem', instanceId)]);
    },
  };
}
