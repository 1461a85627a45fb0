import type { AccessToken } from '@tiffin/lib/identity/access-token';
import type { NewSession } from '../data/session-store.ts';
import type { AccountDeps } from './deps.ts';
import { newRefreshToken } from './refresh-token.ts';
import type { User } from './user.ts';

/** A refresh token that is not used for so long is worth nothing. */
export const refreshTokenLifetimeMs = 30 * 24 * 60 * 60_000;
/** Sessions a user may have at once; one more login signs out the oldest. */
export const maxSessionsOfUser = 50;

/** A signed-in user with the tokens that prove it. */
export interface Session {
  readonly user: User;
  readonly accessToken: AccessToken;
  readonly refreshToken: string;
}

/** What a login stores, and the refresh token that only the user gets. */
export async function newSession(
  deps: AccountDeps,
  userId: string,
): Promise<{ readonly row: NewSession; readonly refreshToken: string }> {
  const { token, hash } = newRefreshToken(deps.random);
  const nowMs = deps.clock.now();
  const id = String(await deps.ids.nextId());
  const row = { id, userId, tokenHash: hash, nowMs, expiresAtMs: nowMs + refreshTokenLifetimeMs };
  return { row, refreshToken: token };
}

/** Signs the access token that goes with a refresh token; it carries the roles of `user` as they were just read. */
export async function toSession(deps: AccountDeps, user: User, refreshToken: string): Promise<Session> {
  const accessToken = await deps.accessTokens.sign({ userId: user.id, roles: user.roles });
  return { user, accessToken, refreshToken };
}
