import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { Role } from '@tiffin/lib/identity/identity';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { addRole } from '../data/user-store.ts';
import type { User } from './user.ts';

/**
 * Gives a user a role; one that they have already is fine.
 * @throws AppError USER_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
 */
export async function grantRole(
  { identity }: CallContext,
  userId: string,
  role: Role,
  effect: Effect<User>,
): Promise<User> {
  requireRole(identity, 'ADMIN');
  const user = await effect((em) => addRole(em, userId, role));
  if (!user) throw new AppError('USER_NOT_FOUND', { userId });
  return user;
}
