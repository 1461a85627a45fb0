import { revokeSession } from '../data/session-store.ts';
import type { AccountDeps } from './deps.ts';
import { hashOfRefreshToken } from './refresh-token.ts';

/** Ends the session of a refresh token. It is over afterwards, whatever the token was. */
export async function logout(deps: AccountDeps, token: string): Promise<void> {
  await revokeSession(deps.database, hashOfRefreshToken(token), deps.clock.now());
}
