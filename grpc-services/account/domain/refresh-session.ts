import { AppError } from '@tiffin/lib/errors/app-error';
import { revokeSessionOfSpentToken, rotateToken } from '../data/session-store.ts';
import type { AccountDeps } from './deps.ts';
import { hashOfRefreshToken, newRefreshToken } from './refresh-token.ts';
import { refreshTokenLifetimeMs, type Session, toSession } from './session.ts';

/**
 * Trades a refresh token for a new pair of tokens. A token is good once. When it comes again, a thief and the owner
 * both hold it and nobody can tell who is who, so the whole session ends, with whatever was issued since. Two refreshes
 * at the same moment with the same token are no exception: a client makes one at a time. Source: RFC 9700, 4.14.2.
 * @throws AppError SESSION_REUSED for a spent token, SESSION_EXPIRED for one that is unknown, expired or revoked.
 */
export async function refreshSession(deps: AccountDeps, token: string): Promise<Session> {
  const oldHash = hashOfRefreshToken(token);
  const refreshToken = newRefreshToken(deps.random);
  const nowMs = deps.clock.now();
  const expiresAtMs = nowMs + refreshTokenLifetimeMs;
  const user = await rotateToken(deps.database, {
    oldHash,
    newHash: refreshToken.hash,
    nowMs,
    expiresAtMs,
  });
  if (user) return toSession(deps, user, refreshToken.token);
  // A statement, and so a transaction, of its own: the revocation is committed before the refusal is thrown.
  const wasSpent = await revokeSessionOfSpentToken(deps.database, oldHash, nowMs);
  throw wasSpent ? new AppError('SESSION_REUSED', {}) : new AppError('SESSION_EXPIRED', {});
}
