import type { AppError } from './app-error.ts';

/** The code and the detail of an error, as `extensions` of an entry of `errors[]`. */
export function errorExtensions(error: AppError): Record<string, unknown> {
  return { ...error.detail, code: error.code };
}
