import type { RedisClient } from '@tiffin/lib/engines/redis';
import { createRedisPipelines } from '@tiffin/lib/engines/redis-pipelines';
import { CheckAccessResponse } from '@tiffin/proto/gen/tiffin/access/v1/access';

/** How long a verdict stands, whatever becomes of the user meanwhile. */
export const verdictMs = 30_000;

/**
 * What was found out of late, for all processes: one pipeline for up to 100 keys. A Redis that is away knows nothing and
 * keeps nothing.
 */
export interface VerdictStore {
  /** Those that are known, by key. */
  find(keys: readonly string[]): Promise<Map<string, CheckAccessResponse>>;
  keep(verdicts: ReadonlyMap<string, CheckAccessResponse>): Promise<void>;
}

export function createVerdictStore(redis: RedisClient): VerdictStore {
  const pipelines = createRedisPipelines(redis);
  return {
    async find(keys) {
      const commands = keys.map((key) => ({ name: 'getBuffer', key, args: [] }));
      const found = (await pipelines.send(commands).catch(() => [])) as (Buffer | null)[];
      const verdicts = keys.flatMap((key, index) => {
        const verdict = found[index] && decode(found[index]);
        return verdict ? [[key, verdict] as const] : [];
      });
      return new Map(verdicts);
    },
    async keep(verdicts) {
      const commands = [...verdicts].map(([key, verdict]) => {
        const bytes = Buffer.from(CheckAccessResponse.encode(verdict).finish());
        return { name: 'set', key, args: [bytes, 'PX', verdictMs] };
      });
      await pipelines.send(commands).catch(() => {});
    },
  };
}

function decode(bytes: Buffer): CheckAccessResponse | undefined {
  try {
    return CheckAccessResponse.decode(bytes);
  } catch {
    return undefined;
  }
}
