import { AppError } from '@tiffin/lib/errors/app-error';
import type { Identity } from '@tiffin/lib/identity/identity';

/**
 * The id of the signed-in user who acts on what is their own.
 * @throws AppError UNAUTHENTICATED for nobody, FORBIDDEN for our own processes and for users without any role.
 */
export function signedInUserId(identity: Identity): string {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (identity.kind === 'service' || identity.roles.length === 0) throw new AppError('FORBIDDEN', {});
  return identity.userId;
}

/** Whether the caller may see the personal data of any user: an administrator or one of our own processes. */
export function seesEverybody(identity: Identity): boolean {
  return identity.kind === 'service' || (identity.kind === 'user' && identity.roles.includes('ADMIN'));
}

/** Whether the caller may see the personal data of this user. */
export function seesPersonalDataOf(identity: Identity, userId: string): boolean {
  return seesEverybody(identity) || (identity.kind === 'user' && identity.userId === userId);
}

/** @throws AppError UNAUTHENTICATED for nobody, FORBIDDEN for users who are not administrators. */
export function assertAdministrator(identity: Identity): void {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (!seesEverybody(identity)) throw new AppError('FORBIDDEN', {});
}
