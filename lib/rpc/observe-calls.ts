import type { Clock } from '../clock/clock.ts';
import type { AppError } from '../errors/app-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import type { Interceptor, RpcCall } from './interceptor.ts';
import type { RpcMetrics, RpcSide } from './rpc-metrics.ts';

/** The part of the process's logger that is needed here. */
export interface CallLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ObserveOptions {
  readonly clock: Clock;
  readonly metrics: RpcMetrics;
  readonly logger: CallLogger;
}

/** Leaves one log line and one duration of every call that a server answers. */
export function observeServerCalls({ clock, metrics, logger }: ObserveOptions): Interceptor {
  return observe(clock, metrics, 'server', (call, error, durationMs) => {
    const fields = fieldsOf(call, error, durationMs);
    if (error?.code === 'INTERNAL') logger.error({ ...fields, err: error.cause }, 'rpc');
    else if (error?.code === 'UNAVAILABLE') logger.warn({ ...fields, err: error.cause }, 'rpc');
    else logger.info(fields, 'rpc');
  });
}

/**
 * Leaves one duration of every call that a client makes, and rejects with AppErrors only. A line is logged only of a
 * failure on the way, which has a cause and which the server therefore cannot have logged.
 */
export function observeClientCalls({ clock, metrics, logger }: ObserveOptions): Interceptor {
  return observe(clock, metrics, 'client', (call, error, durationMs) => {
    if (!error?.cause || (error.code !== 'INTERNAL' && error.code !== 'UNAVAILABLE')) return;
    const { cause } = error;
    // A service that is away fails all calls in the same way: its stack would be most of the log.
    const why =
      error.code === 'UNAVAILABLE' && cause instanceof Error ? { reason: cause.message } : { err: cause };
    logger.warn({ ...fieldsOf(call, error, durationMs), ...why }, 'rpc call failed');
  });
}

function observe(
  clock: Clock,
  metrics: RpcMetrics,
  side: RpcSide,
  log: (call: RpcCall, error: AppError | undefined, durationMs: number) => void,
): Interceptor {
  return (next) => async (call) => {
    const startedAtMs = clock.now();
    let error: AppError | undefined;
    try {
      return await next(call);
    } catch (thrown) {
      error = toAppError(thrown);
      throw error;
    } finally {
      const durationMs = Math.max(0, clock.now() - startedAtMs);
      metrics.call(call.method, side, error?.code ?? 'OK', durationMs);
      log(call, error, durationMs);
    }
  };
}

function fieldsOf({ method, context }: RpcCall, error: AppError | undefined, durationMs: number): object {
  const { requestId, identity } = context;
  return {
    method: method.path,
    code: error?.code ?? 'OK',
    durationMs,
    requestId,
    ...(identity?.kind === 'user' && { userId: identity.userId }),
  };
}
