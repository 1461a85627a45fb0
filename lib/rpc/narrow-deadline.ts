import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import type { Interceptor } from './interceptor.ts';

/**
 * Gives a call at most `timeoutMs` of its caller's budget, and sends none whose caller has ended. The transport keeps
 * the deadline: it settles a call at `deadlineMs` at the latest, so no timer runs here.
 */
export function narrowDeadline(clock: Clock, timeoutMs: number): Interceptor {
  return (next) => async (call) => {
    const { requestId, identity, deadlineMs, signal, span, freshness, onDegraded } = call.context;
    const nowMs = clock.now();
    if (signal.aborted) throw toAppError(signal.reason);
    if (deadlineMs <= nowMs) throw new AppError('DEADLINE_EXCEEDED', {});
    const latestMs = nowMs + timeoutMs;
    if (deadlineMs <= latestMs) return next(call);
    const context = { requestId, identity, deadlineMs: latestMs, signal, span, freshness, onDegraded };
    return next({ method: call.method, request: call.request, context });
  };
}
