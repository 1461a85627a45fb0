import { AppError } from '../errors/app-error.ts';
import type { Identity, Role } from './identity.ts';

/** Whether the caller is a user with one of the roles, or one of our own processes, which may whatever any role may. */
export function hasRole(identity: Identity, ...roles: readonly Role[]): boolean {
  if (identity.kind === 'service') return true;
  return identity.kind === 'user' && roles.some((role) => identity.roles.includes(role));
}

/**
 * Lets users with one of the roles through, and our own processes.
 * @throws AppError UNAUTHENTICATED for nobody, FORBIDDEN for other users.
 */
export function requireRole(identity: Identity, ...roles: readonly Role[]): void {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (!hasRole(identity, ...roles)) throw new AppError('FORBIDDEN', {});
}
