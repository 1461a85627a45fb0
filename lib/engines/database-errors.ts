import { OptimisticLockError } from '@mikro-orm/core';

const UNIQUE_VIOLATION = '23505';
const QUERY_CANCELED = '57014';
const INSUFFICIENT_PRIVILEGE = '42501';

/** A row with the same key exists. With `constraint`, only a violation of the constraint or index of that name. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const found = findSqlError(error, UNIQUE_VIOLATION);
  return found !== undefined && (constraint === undefined || found.constraint === constraint);
}

/** Somebody else changed the row since it was read: read it again, then decide again. */
export function isOptimisticLockFailure(error: unknown): boolean {
  return error instanceof OptimisticLockError;
}

/** The server stopped a statement that ran out of its time. Never from the embedded engine, which knows no time-out. */
export function isStatementTimeout(error: unknown): boolean {
  return findSqlError(error, QUERY_CANCELED) !== undefined;
}

/** The database user may not do this. */
export function isMissingPrivilege(error: unknown): boolean {
  return findSqlError(error, INSUFFICIENT_PRIVILEGE) !== undefined;
}

/** Both drivers put the SQLSTATE into `code`; the ORM copies it to its own error, others may wrap that once more. */
function findSqlError(error: unknown, sqlState: string): { constraint?: unknown } | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if ('code' in cause && cause.code === sqlState) return cause as { constraint?: unknown };
  }
  return undefined;
}
