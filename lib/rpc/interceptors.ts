import { answerByDeadline } from './answer-by-deadline.ts';
import type { Interceptor } from './interceptor.ts';
import { type DeclaredCodes, maskErrors } from './mask-errors.ts';
import { narrowDeadline } from './narrow-deadline.ts';
import { type ObserveOptions, observeClientCalls, observeServerCalls } from './observe-calls.ts';
import { requireIdentity } from './require-identity.ts';
import { type RetryOptions, retryCalls } from './retry-calls.ts';
import { traceClientCalls, traceServerCalls } from './trace-calls.ts';

export interface ServerInterceptorOptions extends ObserveOptions {
  readonly declaredCodes: DeclaredCodes;
  readonly maxCallMs: number;
}

export interface ClientInterceptorOptions extends ObserveOptions {
  readonly timeoutMs: number;
  readonly retries?: RetryOptions | undefined;
}

/** What surrounds every handler, outermost first. */
export function serverInterceptors(options: ServerInterceptorOptions): readonly Interceptor[] {
  return [
    traceServerCalls,
    observeServerCalls(options),
    maskErrors(options.declaredCodes, options.metrics),
    answerByDeadline(options.clock, options.maxCallMs),
    requireIdentity,
  ];
}

/** What surrounds every call to a transport, outermost first. */
export function clientInterceptors(options: ClientInterceptorOptions): readonly Interceptor[] {
  const { clock, metrics, timeoutMs, retries } = options;
  return [
    traceClientCalls,
    observeClientCalls(options),
    narrowDeadline(clock, timeoutMs),
    // Inside of narrowDeadline: all attempts share the time of one call.
    ...(retries ? [retryCalls({ ...retries, clock, metrics })] : []),
  ];
}
