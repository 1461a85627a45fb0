import type { Identity } from '@tiffin/lib/identity/identity';
import type { User } from '../data/user-entity.ts';
import { seesPersonalDataOf } from './caller.ts';

export type { User } from '../data/user-entity.ts';

export const maxDisplayNameChars = 60;
export const minPasswordChars = 8;
export const maxPasswordChars = 128;

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

export function visibleTo(identity: Identity, user: User): VisibleUser {
  const { id, displayName, createdAt, email, phone, roles } = user;
  const personal = seesPersonalDataOf(identity, id) ? { email, phone, roles } : undefined;
  return { id, displayName, createdAt, personal };
}
