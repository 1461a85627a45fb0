import { isSpanContextValid, type SpanContext, TraceFlags } from '@opentelemetry/api';

/** Header and gRPC metadata key that says to which trace a call belongs, as W3C Trace Context defines it. */
export const traceparentHeader = 'traceparent';

/** What the header says; undefined where it is absent or not as the standard writes it. */
export function parseTraceparent(header: unknown): SpanContext | undefined {
  if (typeof header !== 'string') return undefined;
  const parts = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(header);
  const [, version = 'ff', traceId = '', spanId = '', flags = '', more] = parts ?? [];
  // Later versions may append fields; version 0 has none.
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const context = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}

export const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & TraceFlags.SAMPLED) !== 0;

/** The header for a call made below a span. */
export const formatTraceparent = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
