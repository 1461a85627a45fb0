import { randomUUID } from 'node:crypto';
import { sleep } from '@tiffin/lib/clock/clock';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { SearchDeps } from '../domain/deps.ts';
import { reindex } from '../domain/reindex.ts';

const rpcBudgetMs = 5_000;
const minRetryDelayMs = 1_000;

export interface Refreshing {
  readonly intervalMs: number;
  /** Whether there is an index to begin with; else the first one is made soon. */
  readonly isFilled: boolean;
}

/**
 * Reindexes each `intervalMs` until `signal` aborts, so that new shops and goods are found: the index is fed by
 * reindexing only. After a failure it tries again after 1 s, 2 s, 4 s and so on, up to the interval.
 */
export async function refreshIndex(
  deps: SearchDeps,
  { intervalMs, isFilled }: Refreshing,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  for (let failures = isFilled ? 0 : 1; !signal.aborted; ) {
    const delayMs = failures === 0 ? intervalMs : Math.min(intervalMs, minRetryDelayMs * 2 ** (failures - 1));
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
  const requestId = `reindex-${randomUUID()}`;
  const newCall = (): CallContext => ({
    requestId,
    identity: { kind: 'service', name: 'search' },
    deadlineMs: deps.clock.now() + rpcBudgetMs,
    signal,
  });
  try {
    await reindex(deps, newCall);
    return true;
  } catch (error) {
    if (!signal.aborted) onFailure(error);
    return false;
  }
}
