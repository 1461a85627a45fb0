import { AppError } from '../errors/app-error.ts';
import type { Identity, Role } from './identity.ts';
import { requireRole } from './require-role.ts';

/**
 * The id of the signed-in user who acts in their own name, with one of the roles.
 * @throws AppError UNAUTHENTICATED for nobody, FORBIDDEN for other users and for our own processes.
 */
export function requireUserId(identity: Identity, ...roles: readonly Role[]): string {
  requireRole(identity, ...roles);
  if (identity.kind !== 'user') throw new AppError('FORBIDDEN', {});
  return identity.userId;
}
