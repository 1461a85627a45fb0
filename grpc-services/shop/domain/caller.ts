import { AppError } from '@tiffin/lib/errors/app-error';
import type { Identity } from '@tiffin/lib/identity/identity';
import type { Shop } from './shop.ts';

/**
 * The id of the signed-in user who acts in their own name.
 * @throws AppError UNAUTHENTICATED for nobody, FORBIDDEN for our own processes.
 */
export function signedInUserId(identity: Identity): string {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (identity.kind === 'service') throw new AppError('FORBIDDEN', {});
  return identity.userId;
}

/**
 * Only those who run shops get further.
 * @throws AppError UNAUTHENTICATED for nobody, FORBIDDEN for customers.
 */
export function requireMerchant(identity: Identity): void {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (identity.kind === 'user' && !identity.roles.includes('MERCHANT') && !identity.roles.includes('ADMIN')) {
    throw new AppError('FORBIDDEN', {});
  }
}

/**
 * Only the shop's owner gets further, and administrators and our own processes.
 * @throws AppError UNAUTHENTICATED for nobody, FORBIDDEN for everybody else.
 */
export function requireManager(identity: Identity, shop: Shop): void {
  requireMerchant(identity);
  if (identity.kind !== 'user' || identity.roles.includes('ADMIN')) return;
  if (shop.ownerId !== identity.userId) throw new AppError('FORBIDDEN', {});
}
