import assert from 'node:assert/strict';
import type { DemoRandom } from '../../demo/demo-random.ts';
import { AppError } from '../../errors/app-error.ts';
import type { CallContext } from '../../rpc/call-context.ts';
import { callBy } from '../../testing/call-by.ts';

/** Makes up a request, to be sent several times. */
export type RandomRead = () => (call: CallContext) => Promise<unknown>;
/** Writes something. Its name is told where it was followed by a stale read. */
export type RandomWrite = () => Promise<unknown>;

export interface RandomTraffic {
  readonly random: DemoRandom;
  readonly reads: readonly [RandomRead, ...RandomRead[]];
  readonly writes: readonly [RandomWrite, ...RandomWrite[]];
}

/** A write of a test takes itself back by throwing it. */
export class TakenBack extends Error {
  override readonly name = 'TakenBack';
}

const cached = callBy();
const latest: CallContext = { ...cached, freshness: 'latest' };

/**
 * Writes and reads at random, and compares each read behind a write with what the database says. Says which one was
 * answered otherwise; undefined for none. Writes may be refused: they are made up, too.
 */
export async function findStaleRead(traffic: RandomTraffic, steps: number): Promise<string | undefined> {
  const { random, reads, writes } = traffic;
  for (let step = 0; step < steps; step++) {
    const write = random.pick(writes);
    const read = random.pick(reads)();
    // Some read while it is written: they may bring into the cache what was true before.
    const beside = [read(cached), write(), read(cached), random.pick(reads)()(cached)];
    for (const outcome of await Promise.allSettled(beside)) {
      if (outcome.status === 'rejected' && !isRefusal(outcome.reason)) throw outcome.reason;
    }
    for (const again of [read, random.pick(reads)()]) {
      const [answer, real] = [await again(cached), await again(latest)];
      try {
        assert.deepEqual(answer, real);
      } catch (difference) {
        return `step ${step}, after ${write.name}: ${(difference as Error).message}`;
      }
    }
  }
  return undefined;
}

function isRefusal(error: unknown): boolean {
  return error instanceof AppError || error instanceof TakenBack;
}
