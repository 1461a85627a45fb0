import { AppError } from '@tiffin/lib/errors/app-error';
import type { Identity } from '@tiffin/lib/identity/identity';
import { hasRole, requireRole } from '@tiffin/lib/identity/require-role';
import type { Shop } from './shop.ts';

/**
 * Refuses whoever may not manage the shop. Its owner may while a merchant, administrators and our own processes always.
 * @throws AppError UNAUTHENTICATED for nobody, FORBIDDEN for everybody else.
 */
export function requireOwnShop(identity: Identity, shop: Shop): void {
  requireRole(identity, 'MERCHANT', 'ADMIN');
  if (hasRole(identity, 'ADMIN')) return;
  if (identity.kind !== 'user' || shop.ownerId !== identity.userId) throw new AppError('FORBIDDEN', {});
}
