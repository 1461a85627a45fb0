import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@tiffin/lib/engines/database';
import { timestamp } from './timestamp.ts';
import type { User } from './user-entity.ts';
import { toUser, type UserRow } from './user-store.ts';

// A session is what came of one login: the family of all its refresh tokens. It ends in one row. If every token carried
// the mark instead, one that is being issued at the same moment would escape it.

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly tokenHash: Buffer;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

/**
 * Opens a session with its first refresh token, in one statement. Only the user's newest `maxSessions` remain: one
 * more login signs out the oldest.
 */
export async function insertSession(
  em: EntityManager,
  session: NewSession,
  maxSessions: number,
): Promise<void> {
  const { id, userId, tokenHash, nowMs, expiresAtMs } = session;
  await em.execute(
    `with opened as (
       insert into account.session (id, user_id, created_at) values (?, ?, ?)
     ), issued as (
       insert into account.refresh_token (token_hash, session_id, expires_at) values (?, ?, ?)
     )
     delete from account.session where id in (
       select id from account.session where user_id = ? order by id desc offset ?
     )`,
    [id, userId, timestamp(nowMs), tokenHash, id, timestamp(expiresAtMs), userId, maxSessions - 1],
  );
}

export interface Rotation {
  readonly oldHash: Buffer;
  readonly newHash: Buffer;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

/**
 * Spends the old refresh token and issues the new one, in one statement: both happen or neither. Of two calls with the
 * same token one waits for the other's row and then finds it spent. Expired tokens of the session go with it.
 * Undefined where the old token is not good any more, whatever the reason.
 */
export async function rotateToken(
  database: Database,
  { oldHash, newHash, nowMs, expiresAtMs }: Rotation,
): Promise<User | undefined> {
  const now = timestamp(nowMs);
  const rows = await database.query<UserRow>(
    `with spent as (
       update account.refresh_token as token set spent_at = ?
       from account.session
       where token.token_hash = ? and token.spent_at is null and token.expires_at > ?
         and session.id = token.session_id and session.revoked_at is null
       returning session.id as session_id, session.user_id
     ), issued as (
       insert into account.refresh_token (token_hash, session_id, expires_at)
       select ?::bytea, session_id, ?::timestamptz from spent
     ), forgotten as (
       delete from account.refresh_token as token using spent
       where token.session_id = spent.session_id and token.expires_at <= ?
     )
     select "user".id, "user".email, "user".display_name, "user".phone, "user".roles, "user".created_at
     from account."user" join spent on spent.user_id = "user".id`,
    [now, oldHash, now, newHash, timestamp(expiresAtMs), now],
  );
  return rows.map(toUser)[0];
}

/** Ends the session of a token that is spent already. False where there is no such token. */
export async function revokeSessionOfSpentToken(
  database: Database,
  tokenHash: Buffer,
  nowMs: number,
): Promise<boolean> {
  const rows = await database.query(
    `update account.session set revoked_at = coalesce(revoked_at, ?)
     where id = (select session_id from account.refresh_token where token_hash = ? and spent_at is not null)
     returning id`,
    [timestamp(nowMs), tokenHash],
  );
  return rows.length > 0;
}

/** Ends the session of a token, spent or not. Nothing happens where there is none. */
export async function revokeSession(database: Database, tokenHash: Buffer, nowMs: number): Promise<void> {
  await database.query(
    `update account.session set revoked_at = ?
     where id = (select session_id from account.refresh_token where token_hash = ?) and revoked_at is null`,
    [timestamp(nowMs), tokenHash],
  );
}
