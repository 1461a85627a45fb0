import { defineEntity, p } from '@mikro-orm/core';

/** From a login to a logout: the family of all refresh tokens that came of one login. */
export const SessionEntity = defineEntity({
  name: 'Session',
  schema: 'account',
  tableName: 'session',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    userId: p.bigint('string'),
    createdAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
  },
});

/**
 * Tables of their own, so that a session ends in one place: a token that is being issued at the same moment cannot
 * escape it, as it could when every token carried the mark.
 */
export const RefreshTokenEntity = defineEntity({
  name: 'RefreshToken',
  schema: 'account',
  tableName: 'refresh_token',
  properties: {
    tokenHash: p.blob().primary(),
    sessionId: p.bigint('string'),
    expiresAt: p.datetime(),
    spentAt: p.datetime().nullable(),
  },
});
