import type { CallContext, Freshness } from './call-context.ts';

/** Header and gRPC metadata key of how old what a caller reads may be; absent where that is the default. */
export const freshnessHeader = 'x-freshness';

const values: readonly unknown[] = ['latest', 'cached', 'any'] satisfies readonly Freshness[];

/** What the header says; undefined where the caller said nothing, or nothing that is known here. */
export function freshnessFrom(header: unknown): Freshness | undefined {
  return values.includes(header) ? (header as Freshness) : undefined;
}

/** What a call's header has to say. Whoever cannot be told of a degraded answer may not ask for `any`. */
export function freshnessToSend({
  freshness,
  onDegraded,
}: Pick<CallContext, 'freshness' | 'onDegraded'>): 'latest' | 'any' | undefined {
  if (freshness === 'any' && !onDegraded) return undefined;
  return freshness === 'cached' ? undefined : freshness;
}
