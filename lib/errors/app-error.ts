import { type ErrorCode, type ErrorDetails, errorCatalogue } from './error-catalogue.gen.ts';

/**
 * The one error class of the platform: a code of the proto catalogue with its typed detail. The message is the
 * code's public message, so an AppError is safe to show; what must stay inside goes into `cause`, which is logged
 * at the boundary and never sent.
 */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'AppError';
  readonly code: Code;
  readonly detail: ErrorDetails[Code];
  /** Of UNAVAILABLE: the layer that may retry it has had its turn, so those above pass it on. */
  readonly isRetried: boolean;

  constructor(code: Code, detail: ErrorDetails[Code], options?: { cause?: unknown; isRetried?: boolean }) {
    super(errorCatalogue[code].publicMessage, options);
    this.code = code;
    this.detail = detail;
    this.isRetried = options?.isRetried ?? false;
  }

  /** The same error with the mark that it was retried in vain. */
  asRetried(): AppError<Code> {
    return new AppError(this.code, this.detail, { cause: this.cause, isRetried: true });
  }

  /** Narrows anything thrown: `if (AppError.is(error, 'SHOP_NOT_FOUND')) error.detail.shopId`. */
  static is<Code extends ErrorCode>(error: unknown, code: Code): error is AppError<Code> {
    return error instanceof AppError && error.code === code;
  }
}
