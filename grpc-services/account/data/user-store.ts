import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import type { Role } from '@tiffin/lib/identity/identity';
import type { NewUser, User } from './user-entity.ts';

/** The columns of a `User`. */
export const userColumns = 'id, email, display_name, phone, roles, created_at';

/** The users that exist among the ids, in no order. */
export async function findUsers(database: Database, ids: readonly string[]): Promise<User[]> {
  const sql = `select ${userColumns} from account."user" where id = any(?::bigint[])`;
  return (await database.query<UserRow>(sql, [bigintArray(ids)])).map(toUser);
}

/** The user who logs in with this e-mail address, and what the password is compared with. */
export async function findLogin(
  database: Database,
  emailKey: string,
): Promise<{ user: User; passwordHash: string } | undefined> {
  const sql = `select ${userColumns}, password_hash from account."user" where email_key = ?`;
  const [row] = await database.query<UserRow & { password_hash: string }>(sql, [emailKey]);
  return row && { user: toUser(row), passwordHash: row.password_hash };
}

/** Whether the user was inserted: false where the e-mail address is taken, also by one who came a moment earlier. */
export async function insertUser(em: EntityManager, user: NewUser): Promise<boolean> {
  const { id, email, emailKey, passwordHash, displayName, phone, roles, createdAt } = user;
  const rows = await em.execute<unknown[]>(
    `insert into account."user" (id, email, email_key, password_hash, display_name, phone, roles, created_at)
     values (?, ?, ?, ?, ?, ?, ?::text[], ?)
     on conflict (email_key) do nothing
     returning id`,
    [
      id,
      email,
      emailKey,
      passwordHash,
      displayName,
      phone ?? null,
      `{${roles.join(',')}}`,
      createdAt.toISOString(),
    ],
  );
  return rows.length > 0;
}

/** The changed user, or undefined where there is none. What is undefined stays. */
export async function changeProfile(
  em: EntityManager,
  id: string,
  change: { readonly displayName: string | undefined; readonly phone: string | undefined },
): Promise<User | undefined> {
  const rows = await em.execute<UserRow[]>(
    `update account."user" set display_name = coalesce(?::text, display_name), phone = coalesce(?::text, phone)
     where id = ?
     returning ${userColumns}`,
    [change.displayName ?? null, change.phone ?? null, id],
  );
  return rows.map(toUser)[0];
}

/** The user with the role, or undefined where there is no such user. */
export async function addRole(em: EntityManager, id: string, role: Role): Promise<User | undefined> {
  const rows = await em.execute<UserRow[]>(
    `update account."user" set roles = array_append(array_remove(roles, ?::text), ?::text) where id = ?
     returning ${userColumns}`,
    [role, role, id],
  );
  return rows.map(toUser)[0];
}

/** The user without the role, or undefined where there is no such user. */
export async function removeRole(em: EntityManager, id: string, role: Role): Promise<User | undefined> {
  const rows = await em.execute<UserRow[]>(
    `update account."user" set roles = array_remove(roles, ?::text) where id = ? returning ${userColumns}`,
    [role, id],
  );
  return rows.map(toUser)[0];
}

/** Makes the transaction the only one that changes what belongs to the user. False where there is no such user. */
export async function lockUser(em: EntityManager, id: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>('select 1 from account."user" where id = ? for update', [id]);
  return rows.length > 0;
}

/** A row with `userColumns`. */
export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly display_name: string;
  readonly phone: string | null;
  readonly roles: readonly Role[];
  readonly created_at: string;
}

export function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    phone: row.phone,
    roles: [...row.roles],
    createdAt: new Date(row.created_at),
  };
}
