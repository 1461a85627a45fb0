import assert from 'node:assert/strict';
import { AppError } from '../errors/app-error.ts';
import type { ErrorCode, ErrorDetails } from '../errors/error-catalogue.gen.ts';

/** For `assert.rejects`: an AppError with this code and, where it is given, exactly this detail. */
export function failsWith<Code extends ErrorCode>(code: Code, detail?: ErrorDetails[Code]) {
  return (error: unknown): boolean => {
    if (!(error instanceof AppError)) throw error;
    assert.equal(
      error.code,
      code,
      `The call failed with ${error.code} instead. ${String(error.cause ?? '')}`,
    );
    if (detail !== undefined) assert.deepEqual({ ...error.detail }, { ...detail });
    return true;
  };
}

/** For `assert.rejects`: an INVALID_ARGUMENT that names exactly these fields, in this order. */
export function violates(...fields: readonly string[]) {
  return (error: unknown): boolean => {
    if (!AppError.is(error, 'INVALID_ARGUMENT')) throw error;
    assert.deepEqual(
      error.detail.violations.map(({ field }) => field),
      fields,
    );
    return true;
  };
}
