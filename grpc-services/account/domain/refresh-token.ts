import { createHash } from 'node:crypto';

/** A refresh token as its owner holds it, and the only form in which it is stored. */
export interface RefreshToken {
  readonly token: string;
  readonly hash: Buffer;
}

const tokenBytes = 32;

/** 256 random bits. They need no salt and no slow hash: there is nothing to guess. */
export function newRefreshToken(random: (bytes: number) => Buffer): RefreshToken {
  const token = random(tokenBytes).toString('base64url');
  return { token, hash: hashOfRefreshToken(token) };
}

/** Any text has a hash; one that was never a token is simply not found. */
export function hashOfRefreshToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
