import { AppError } from '../errors/app-error.ts';
import type { Identity } from './identity.ts';

/**
 * Lets our own processes through and no user, whatever their roles.
 * @throws AppError UNAUTHENTICATED for nobody, FORBIDDEN for users.
 */
export function requireService(identity: Identity): void {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (identity.kind === 'user') throw new AppError('FORBIDDEN', {});
}
