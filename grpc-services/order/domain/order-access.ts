import type { Identity } from '@tiffin/lib/identity/identity';
import { hasRole } from '@tiffin/lib/identity/require-role';

/** Whether the caller may see the orders of this user: the user, administrators and our own processes may. */
export function seesOrdersOf(identity: Identity, userId: string): boolean {
  return hasRole(identity, 'ADMIN') || (identity.kind === 'user' && identity.userId === userId);
}
