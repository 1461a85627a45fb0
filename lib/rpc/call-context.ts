import type { Clock } from '../clock/clock.ts';
import type { Identity } from '../identity/identity.ts';
import type { Span } from '../telemetry/span.ts';

/**
 * What travels with every call, from the browser's request to the SQL statement. Handed on explicitly: a function
 * that calls out takes a context.
 */
export interface CallContext {
  readonly requestId: string;
  readonly identity: Identity;
  /** Epoch milliseconds at which the caller stops waiting. */
  readonly deadlineMs: number;
  /** Aborted when the caller went away or the deadline passed. */
  readonly signal: AbortSignal;
  /** What spans below this call hang on. Most calls are not traced and have none. */
  readonly span?: Span | undefined;
  /** How old what the caller reads may be. Default `cached`. */
  readonly freshness?: Freshness | undefined;
  /** Told by whoever answers with something older than it should be: what that is. Only who has it gets `any`. */
  readonly onDegraded?: ((what: string) => void) | undefined;
}

/**
 * `latest`: as the database has it now. `cached`: from a cache that is told of each change. `any`: where that cannot be
 * had, the last that was known rather than nothing, and `onDegraded` is told.
 */
export type Freshness = 'latest' | 'cached' | 'any';

/** Milliseconds left of the context's budget, never below zero. */
export function remainingMs(context: Pick<CallContext, 'deadlineMs'>, clock: Clock): number {
  return Math.max(0, context.deadlineMs - clock.now());
}
