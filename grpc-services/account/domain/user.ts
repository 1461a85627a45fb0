import type { Identity, Role } from '@tiffin/lib/identity/identity';
import { hasRole } from '@tiffin/lib/identity/require-role';
import type { User } from '../data/user-entity.ts';

export type { User } from '../data/user-entity.ts';

export const maxDisplayNameChars = 60;
export const minPasswordChars = 8;
export const maxPasswordChars = 128;

/** Whoever has any role may change what is their own; a user who has none is shut out. */
export const everyRole = ['CUSTOMER', 'MERCHANT', 'ADMIN'] as const satisfies readonly Role[];

/** E.164: a plus sign, the country code, at most 15 digits in all. */
export const phonePattern = /^\+[1-9]\d{6,14}$/;

/** Two spellings of one e-mail address have one key. */
export function emailKeyOf(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** Somebody as the caller may see them: what is personal is there for the user, administrators and services only. */
export type VisibleUser = Pick<User, 'id' | 'displayName' | 'createdAt'> & {
  readonly personal: Pick<User, 'email' | 'phone' | 'roles'> | undefined;
};

/** Whether the caller may see the personal data of this user: the user, administrators and our own processes may. */
export function seesPersonalDataOf(identity: Identity, userId: string): boolean {
  return hasRole(identity, 'ADMIN') || (identity.kind === 'user' && identity.userId === userId);
}

export function visibleTo(identity: Identity, user: User): VisibleUser {
  const { id, displayName, createdAt, email, phone, roles } = user;
  const personal = seesPersonalDataOf(identity, id) ? { email, phone, roles } : undefined;
  return { id, displayName, createdAt, personal };
}
