import { sleep } from '@tiffin/lib/clock/clock';
import type { ServiceTask } from '@tiffin/lib/service/service-task';
import type { SearchDeps } from '../domain/deps.ts';
import { isIndexEmpty } from '../domain/is-index-empty.ts';
import { ownCalls } from '../domain/own-calls.ts';
import { reindex } from '../domain/reindex.ts';

const minRetryDelayMs = 1_000;
const maxRetryDelayMs = 60_000;

/**
 * The task of an index. The first start waits for it where the callees answer already; else the task fills it once
 * they do.
 */
export function refreshTask(
  deps: SearchDeps,
  intervalMs: number,
  onFailure: (error: unknown) => void,
): ServiceTask {
  let isFilled = false;
  return {
    name: 'refresh the search index',
    async beforeReady(signal) {
      isFilled = !(await isIndexEmpty(deps)) || (await reindexOnce(deps, signal, onFailure));
    },
    run: (signal) => refreshIndex(deps, { intervalMs, isFilled }, signal, onFailure),
  };
}

export interface Refreshing {
  /** 0: never again once there is an index. */
  readonly intervalMs: number;
  /** Whether there is an index to begin with; else the first one is made soon. */
  readonly isFilled: boolean;
}

/**
 * Reindexes each `intervalMs` until `signal` aborts. Jobs index what changes at once; this is for what no event told:
 * dead letters, and what was there before. After a failure it tries again after 1 s, 2 s, 4 s and so on, up to the interval
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
