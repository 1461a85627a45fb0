import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { changeProfile } from '../data/user-store.ts';
import { everyRole, type User } from './user.ts';

/**
 * Changes the caller's own profile. What is undefined stays.
 * @throws AppError USER_NOT_FOUND when the account is gone, UNAUTHENTICATED, FORBIDDEN.
 */
export async function updateProfile(
  { identity }: CallContext,
  change: { readonly displayName: string | undefined; readonly phone: string | undefined },
  effect: Effect<User>,
): Promise<User> {
  const userId = requireUserId(identity, ...everyRole);
  const trimmed = { displayName: change.displayName?.trim(), phone: change.phone };
  const user = await effect((em) => changeProfile(em, userId, trimmed));
  if (!user) throw new AppError('USER_NOT_FOUND', { userId });
  return user;
}
