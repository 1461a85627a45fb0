import { randomUUID } from 'node:crypto';
import type { Clock } from '@tiffin/lib/clock/clock';
import type { CallContext } from '@tiffin/lib/rpc/call-context';

const callBudgetMs = 5_000;

/** Makes contexts for the rpcs of one piece of work that the service does in its own name, each with its own budget. */
export function ownCalls(clock: Clock, signal: AbortSignal): () => CallContext {
  const requestId = `search-${randomUUID()}`;
  return () => ({
    requestId,
    identity: { kind: 'service', name: 'search' },
    deadlineMs: clock.now() + callBudgetMs,
    signal,
    // What is found stays in the index: nothing heals it there if it was old.
    freshness: 'latest',
  });
}
