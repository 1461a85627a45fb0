import { AppError } from './app-error.ts';
import { fromDatabaseFailure } from './database-failure.ts';
import { fromGrpcStatus, statusDetailsTrailer } from './grpc-status.ts';

/** Node's codes for "nobody answers there" or "the connection broke". */
const connectionErrorCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
]);
const timeoutErrorCodes: ReadonlySet<unknown> = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT']);

/**
 * Turns anything thrown into an AppError: an AppError stays as it is; aborts, time-outs, broken connections, gRPC
 * errors and a database that cannot answer now get their infrastructure code; everything else is a defect and becomes
 * INTERNAL. What was thrown is the cause.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (!(thrown instanceof Error)) return new AppError('INTERNAL', {}, { cause: thrown });
  const { name } = thrown;
  const code = codeOf(thrown) ?? codeOf(thrown.cause);
  if (name === 'AbortError') return fromAbort(thrown);
  if (name === 'TimeoutError' || timeoutErrorCodes.has(code)) {
    return new AppError('DEADLINE_EXCEEDED', {}, { cause: thrown });
  }
  if (connectionErrorCodes.has(code))
    return new AppError('UNAVAILABLE', { retryAfterMs: 1_000 }, { cause: thrown });
  if (isGrpcError(thrown)) return fromGrpcError(thrown);
  return fromDatabaseFailure(thrown) ?? new AppError('INTERNAL', {}, { cause: thrown });
}

/** Wrappers, undici's `fetch failed` for one, keep the system's error as their cause. */
function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Node's own AbortError carries the signal's reason as its cause, which may say more: a deadline, for one. */
function fromAbort(thrown: Error): AppError {
  const { cause } = thrown;
  if (cause instanceof AppError) return cause;
  const isTimeout = cause instanceof Error && cause.name === 'TimeoutError';
  return new AppError(isTimeout ? 'DEADLINE_EXCEEDED' : 'CANCELLED', {}, { cause: thrown });
}

/** The shape of grpc-js's ServiceError; told by shape so that this folder needs no gRPC library. */
interface GrpcError extends Error {
  readonly code: number;
  readonly details: string;
  readonly metadata: { get(key: string): readonly (string | Buffer)[] };
}

function isGrpcError(error: Error): error is GrpcError {
  const { code, details, metadata } = error as Partial<GrpcError>;
  return typeof code === 'number' && typeof details === 'string' && typeof metadata?.get === 'function';
}

function fromGrpcError(error: GrpcError): AppError {
  const trailer = error.metadata.get(statusDetailsTrailer)[0];
  return fromGrpcStatus({
    code: error.code,
    message: error.details,
    statusDetails: typeof trailer === 'string' ? undefined : trailer,
  });
}
