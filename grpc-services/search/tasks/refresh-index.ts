import { sleep } from '@tiffin/lib/clock/clock';
import type { SearchDeps } from '../domain/deps.ts';
import { ownCalls } from '../domain/own-calls.ts';
import { reindex } from '../domain/reindex.ts';

const minRetryDelayMs = 1_000;
const maxRetryDelayMs = 60_000;

export interface Refreshing {
  /** 0: never again once there is an index. */
  readonly intervalMs: number;
  /** Whether there is an index to begin with; else the first one is made soon. */
  readonly isFilled: boolean;
}

/**
 * Reindexes each `intervalMs` until `signal` aborts, so that new shops and goods are found: the index is fed by
 * reindexing only. After a failure it tries again after 1 s, 2 s, 4 s and so on, up to the interval
 * or a minute.
 */
export async function refreshIndex(
  deps: SearchDeps,
  { intervalMs, isFilled }: Refreshing,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const maxDelayMs = Math.min(intervalMs || maxRetryDelayMs, maxRetryDelayMs);
  for (let failures = isFilled ? 0 : 1; !signal.aborted; ) {
    if (failures === 0 && intervalMs === 0) return;
    const delayMs = failures === 0 ? intervalMs : Math.min(maxDelayMs, minRetryDelayMs * 2 ** (failures - 1));
    await sleep(deps.clock, delayMs, signal);
    if (signal.aborted) return;
    failures = (await reindexOnce(deps, signal, onFailure)) ? 0 : failures + 1;
  }
}

/** Whether it worked. */
export async function reindexOnce(
  deps: SearchDeps,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<boolean> {
  try {
    await reindex(deps, ownCalls(deps.clock, signal));
    return true;
  } catch (error) {
    if (!signal.aborted) onFailure(error);
    return false;
  }
}
