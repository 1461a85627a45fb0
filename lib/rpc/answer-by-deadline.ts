import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import { deriveContext } from './derive-context.ts';
import type { Interceptor, RpcCall, RpcHandler } from './interceptor.ts';

/**
 * Answers every call by its deadline or as soon as the caller goes away, whether the handler heeds its signal or not.
 * What a handler says after that is dropped. A call that comes too late does not run.
 */
export function answerByDeadline(clock: Clock, maxCallMs: number): Interceptor {
  return (next) => async (call) => {
    const nowMs = clock.now();
    const deadlineMs = Math.min(call.context.deadlineMs, nowMs + maxCallMs);
    if (deadlineMs <= nowMs) throw new AppError('DEADLINE_EXCEEDED', {});
    const { signal } = call.context;
    if (signal.aborted) throw toAppError(signal.reason);
    return race(call, next, clock, deadlineMs, deadlineMs - nowMs);
  };
}

function race(
  call: RpcCall,
  next: RpcHandler,
  clock: Clock,
  deadlineMs: number,
  budgetMs: number,
): Promise<unknown> {
  const { signal } = call.context;
  const derived = deriveContext(call.context, deadlineMs);
  return new Promise((resolve, reject) => {
    const stopWaiting = () => {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
    };
    const end = (reason: AppError) => {
      stopWaiting();
      reject(reason);
      derived.end(reason);
    };
    const onAbort = () => end(toAppError(signal.reason));
    const timer = clock.setTimer(budgetMs, () => end(new AppError('DEADLINE_EXCEEDED', {})));
    signal.addEventListener('abort', onAbort);
    next({ method: call.method, request: call.request, context: derived.context }).then(
      (response) => {
        stopWaiting();
        resolve(response);
      },
      (error) => {
        stopWaiting();
        reject(error);
      },
    );
  });
}
