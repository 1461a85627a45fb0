import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Role } from '@tiffin/lib/identity/identity';

export const UserEntity = defineEntity({
  name: 'User',
  schema: 'account',
  tableName: 'user',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    email: p.text(),
    emailKey: p.text(),
    passwordHash: p.text(),
    displayName: p.text(),
    phone: p.text().nullable(),
    // An array and not a table of its own: always read whole, and the check on the column knows every role.
    roles: p.array().$type<Role[]>().columnType('text[]'),
    createdAt: p.datetime(),
  },
});

type UserRow = InferEntity<typeof UserEntity>;

/** Somebody with an account, without what only a login needs. */
export type User = Readonly<Pick<UserRow, 'id' | 'email' | 'displayName' | 'phone' | 'roles' | 'createdAt'>>;

/** What a login compares with: `emailKey` is the e-mail address as it is looked up. */
export type NewUser = User & Readonly<Pick<UserRow, 'emailKey' | 'passwordHash'>>;
