import type { ExecutionResult } from 'graphql';
import type { CallContext, Freshness } from '../rpc/call-context.ts';
import { DegradedNames } from '../rpc/degraded-names.ts';

/** Mutations and what is selected below them read the latest, so that clients see what they wrote. */
export const freshnessOf = (isMutation: boolean): Freshness => (isMutation ? 'latest' : 'any');

/**
 * Runs an operation whose reads are all as fresh as is said here, whatever the call says. Of `any` the names of what was
 * older than it should be stand in the result's `extensions.degraded`, sorted; where nothing was there is no such key.
 */
export async function withFreshness(
  freshness: Freshness,
  call: CallContext,
  run: (call: CallContext) => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  if (freshness !== 'any') return run({ ...call, freshness, onDegraded: undefined });
  const degraded = new DegradedNames();
  const result = await run({ ...call, freshness, onDegraded: degraded.add });
  const names = degraded.list();
  return names ? { ...result, extensions: { ...result.extensions, degraded: names } } : result;
}
