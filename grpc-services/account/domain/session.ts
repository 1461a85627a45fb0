import type { AccessToken } from '@tiffin/lib/identity/access-token';
import type { AccountDeps } from './deps.ts';
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

/** Signs the access token that goes with a refresh token; it carries the roles of `user` as they were just read. */
export async function toSession(deps: AccountDeps, user: User, refreshToken: string): Promise<Session> {
  const accessToken = await deps.accessTokens.sign({ userId: user.id, roles: user.roles });
  return { user, accessToken, refreshToken };
}
