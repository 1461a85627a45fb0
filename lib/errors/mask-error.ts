import { AppError } from './app-error.ts';
import { detailCodec } from './detail-codec.ts';
import { type ErrorCode, errorCatalogue } from './error-catalogue.gen.ts';

/** What may leave the process: the code and its declared detail. The cause and the stack stay behind. */
export function publicForm(error: AppError): AppError {
  return new AppError(error.code, detailCodec(error.code).fromPartial(error.detail));
}

/**
 * The error itself where its code is declared or may come from anywhere (infrastructure codes, INTERNAL, CANCELLED);
 * else INTERNAL with the error as its cause, after telling `onUndeclared`.
 */
export function maskUndeclared(
  error: AppError,
  declaredCodes: readonly ErrorCode[],
  onUndeclared?: (error: AppError) => void,
): AppError {
  if (isAlwaysAllowed(error.code) || declaredCodes.includes(error.code)) return error;
  onUndeclared?.(error);
  return new AppError('INTERNAL', {}, { cause: error });
}

function isAlwaysAllowed(code: ErrorCode): boolean {
  return code === 'INTERNAL' || code === 'CANCELLED' || errorCatalogue[code].infrastructure;
}
