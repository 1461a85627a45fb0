import type { Clock } from '../clock/clock.ts';
import { timedOut, within } from '../lifecycle/within.ts';
import { TimingWheel } from '../timing-wheel/timing-wheel.ts';

/** After which time a delete that failed is tried again; after the last it is given up. Source: go-zero's `cleaner.go`. */
export const DELETE_RETRY_DELAYS_MS: readonly number[] = [1_000, 5_000, 60_000, 300_000, 3_600_000];

export interface DeleteRetriesOptions {
  readonly clock: Clock;
  /** Resolves to the keys that were not deleted. Never rejects. */
  readonly attempt: (keys: readonly string[], writtenAtMs: number) => Promise<readonly string[]>;
  /** Told of keys that will be tried again. */
  readonly failed: (keys: readonly string[]) => void;
  /** Told of keys that will not. */
  readonly givenUp: (keys: readonly string[], reason: string) => void;
  /** Keys that may wait at once; further ones are given up. Default 10,000. */
  readonly maxKeys?: number;
}

/** The deletes that failed, each tried again and again until it succeeds or is given up. */
export interface DeleteRetries {
  /** Their first attempt has failed. A key that waits already begins anew: it was written once more. */
  add(keys: readonly string[], writtenAtMs: number): void;
  /** One last attempt at everything, for a second at most. Nothing is tried again after it. */
  stop(): Promise<void>;
}

interface Delete {
  readonly writtenAtMs: number;
  /** How often it was tried again. */
  readonly retries: number;
}

const MAX_KEYS = 10_000;
const STOP_MS = 1_000;

export function createDeleteRetries(options: DeleteRetriesOptions): DeleteRetries {
  const { clock, attempt, failed, givenUp, maxKeys = MAX_KEYS } = options;
  /** What came due in the tick that runs now: it is tried together. */
  let due = new Map<string, Delete>();
  const wheel = new TimingWheel<string, Delete>({
    clock,
    maxEntries: maxKeys,
    run(key, waited) {
      if (due.size === 0) queueMicrotask(() => void retryDue());
      due.set(key, waited);
    },
    failed: (_error, key) => givenUp([key], 'the wheel failed'),
  });
  let isStopped = false;

  async function retryDue(): Promise<void> {
    const tried = due;
    due = new Map();
    const left = new Set(await attempt([...tried.keys()], oldestMs(tried)));
    plan([...tried].filter(([key]) => left.has(key)).map(([key, last]) => [key, next(last)]));
  }

  function plan(deletes: readonly (readonly [string, Delete])[]): void {
    const again: string[] = [];
    const spent: string[] = [];
    const refused: string[] = [];
    for (const [key, waiting] of deletes) {
      const delayMs = DELETE_RETRY_DELAYS_MS[waiting.retries];
      if (delayMs === undefined) spent.push(key);
      else if (wheel.set(key, waiting, delayMs)) again.push(key);
      else refused.push(key);
    }
    if (again.length > 0) failed(again);
    if (spent.length > 0) givenUp(spent, 'the last attempt failed');
    if (refused.length > 0) givenUp(refused, isStopped ? 'the process stops' : 'too many are waiting');
  }

  return {
    add: (keys, writtenAtMs) => plan(keys.map((key) => [key, { writtenAtMs, retries: 0 }])),
    async stop() {
      isStopped = true;
      wheel.stop();
      const waiting = new Map<string, Delete>();
      await wheel.drain((key, entry) => void waiting.set(key, entry));
      if (waiting.size === 0) return;
      const keys = [...waiting.keys()];
      const left = await within(clock, STOP_MS, attempt(keys, oldestMs(waiting)));
      const unsure = left === timedOut ? keys : left;
      if (unsure.length > 0) givenUp(unsure, 'the process stops');
    },
  };
}

const next = ({ writtenAtMs, retries }: Delete): Delete => ({ writtenAtMs, retries: retries + 1 });

function oldestMs(deletes: ReadonlyMap<string, Delete>): number {
  let oldest = Number.POSITIVE_INFINITY;
  for (const { writtenAtMs } of deletes.values()) oldest = Math.min(oldest, writtenAtMs);
  return oldest;
}
