import { type Clock, sleep } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import type { Interceptor, RpcCall, RpcHandler } from './interceptor.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { RpcMetrics } from './rpc-metrics.ts';

/**
 * The rpcs that may be sent again, by path: each call, or those whose `idempotency_key` is not empty. `repeatableRpcs`
 * of @tiffin/proto/gen/rpc-error-codes.
 */
export type RepeatableRpcs = { readonly [path: string]: 'always' | 'with key' };

export interface RetryOptions {
  readonly repeatableRpcs: RepeatableRpcs;
  /** Shared by all clients of a service. */
  readonly budget: RetryBudget;
  /** From 0 to 1, for the jitter. */
  readonly random?: () => number;
}

type Unavailable = AppError<'UNAVAILABLE'>;

interface RetryDeps extends RetryOptions {
  readonly clock: Clock;
  readonly metrics: RpcMetrics;
}

/** Three attempts in all. */
const maxRetries = 2;
/** The longest back-off before the first retry; it doubles with each. */
const firstBackOffMs = 25;
const minBackOffMs = 10;
/** A server that asks for more than this is left alone. */
const maxAskedMs = 100;

/**
 * Sends a call again that met UNAVAILABLE, at most twice, within its deadline and the budget of the service. Only the
 * layer directly above the one that refused does so (Google's SRE book, chapter 21): three layers with three attempts
 * each would make one request 27. An error whose retries are used up, or for which the budget has none left, is
 * therefore marked, the mark crosses every transport, and an error that bears it is passed on at once.
 */
export function retryCalls(deps: RetryDeps): Interceptor {
  const { budget, repeatableRpcs } = deps;
  return (next) => async (call) => {
    budget.earn();
    try {
      return await next(call);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!isRetryable(error) || !isRepeatable(call, repeatableRpcs)) throw error;
      return retry(next, call, error, deps);
    }
  };
}

async function retry(
  next: RpcHandler,
  call: RpcCall,
  firstError: Unavailable,
  { clock, metrics, budget, random = Math.random }: RetryDeps,
): Promise<unknown> {
  const { method, context } = call;
  let error = firstError;
  for (let retries = 1; retries <= maxRetries; retries++) {
    const delayMs = Math.max(backOffMs(retries, random), askedMs(error));
    if (clock.now() + delayMs >= context.deadlineMs) {
      metrics.retry(method, 'no_time');
      // Whoever has more time may try, unless it has been tried here.
      throw retries > 1 ? error.asRetried() : error;
    }
    if (!budget.spend()) {
      metrics.retry(method, 'no_budget');
      throw error.asRetried();
    }
    await sleep(clock, delayMs, context.signal);
    if (context.signal.aborted) throw toAppError(context.signal.reason);
    context.span?.set({ 'tiffin.rpc.attempts': retries + 1 });
    try {
      const response = await next(call);
      metrics.retry(method, 'recovered');
      return response;
    } catch (thrown) {
      metrics.retry(method, 'failed');
      const failure = toAppError(thrown);
      if (!isRetryable(failure)) throw failure.code === 'UNAVAILABLE' ? failure.asRetried() : failure;
      error = failure;
    }
  }
  throw error.asRetried();
}

function isRepeatable({ method, request }: RpcCall, repeatableRpcs: RepeatableRpcs): boolean {
  const when = repeatableRpcs[method.path];
  if (when === undefined) return false;
  return when === 'always' || Boolean((request as { readonly idempotencyKey?: string }).idempotencyKey);
}

function isRetryable(error: AppError): error is Unavailable {
  return AppError.is(error, 'UNAVAILABLE') && !error.isRetried && askedMs(error) <= maxAskedMs;
}

/** A failure on the way, told by its cause, bears a time of our own making; only a server's own word counts. */
function askedMs(error: Unavailable): number {
  return error.cause === undefined ? error.detail.retryAfterMs : 0;
}

/** At random, so that clients which failed together do not come back together. */
function backOffMs(retries: number, random: () => number): number {
  const longestMs = firstBackOffMs * 2 ** (retries - 1);
  return minBackOffMs + random() * (longestMs - minBackOffMs);
}
