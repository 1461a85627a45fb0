import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../clock/clock.ts';
import type { Role, UserIdentity } from './identity.ts';
import { knownRoles } from './known-roles.ts';
import type { SigningKey } from './token-keys.ts';
import { refusalOf, refuseToken } from './token-refusal.ts';
import { createVerifiedTokens, type VerifiedToken } from './verified-tokens.ts';

/** An access token as it is handed to its user. */
export interface AccessToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

export interface AccessTokenSigner {
  sign(user: { readonly userId: string; readonly roles: readonly Role[] }): Promise<AccessToken>;
}

export interface AccessTokenVerifier {
  /** @throws AppError UNAUTHENTICATED, its cause a TokenRefusal. */
  verify(token: string): Promise<UserIdentity>;
}

export interface AccessTokenSignerOptions {
  readonly key: SigningKey;
  readonly clock: Clock;
  readonly lifetimeMs?: number;
}

export interface AccessTokenVerifierOptions {
  /** Public keys; a token names the one that it needs. */
  readonly jwks: JSONWebKeySet;
  readonly clock: Clock;
  /** Verified tokens remembered. */
  readonly maxTokens?: number;
}

const issuer = 'tiffin';
const audience = 'tiffin-gateway';
/** The only algorithm: a token's own header never chooses how it is checked. */
const algorithm = 'EdDSA';

/** Signs access tokens (EdDSA JWTs), by default for 15 minutes. */
export function createAccessTokenSigner(options: AccessTokenSignerOptions): AccessTokenSigner {
  const { key, clock, lifetimeMs = 15 * 60_000 } = options;
  return {
    async sign({ userId, roles }) {
      const nowSeconds = Math.floor(clock.now() / 1_000);
      const expiresAtSeconds = nowSeconds + Math.floor(lifetimeMs / 1_000);
      const token = await new SignJWT({ roles: [...roles] })
        .setProtectedHeader({ alg: algorithm, kid: key.id })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(expiresAtSeconds)
        .sign(key.privateKey);
      return { token, expiresAtMs: expiresAtSeconds * 1_000 };
    },
  };
}

/** Verifies access tokens, each once while it is remembered. */
export function createAccessTokenVerifier(options: AccessTokenVerifierOptions): AccessTokenVerifier {
  const { jwks, clock, maxTokens = 10_000 } = options;
  const keys = createLocalJWKSet(jwks);
  return { verify: createVerifiedTokens((token) => check(token, keys, clock), clock, maxTokens) };
}

async function check(
  token: string,
  keys: ReturnType<typeof createLocalJWKSet>,
  clock: Clock,
): Promise<VerifiedToken<UserIdentity>> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [algorithm],
      issuer,
      audience,
      currentDate: new Date(clock.now()),
      requiredClaims: ['sub', 'roles', 'exp', 'iat'],
    });
    const { sub, roles } = payload;
    if (!sub || !Array.isArray(roles)) throw refuseToken('bad claims');
    const subject: UserIdentity = { kind: 'user', userId: sub, roles: knownRoles(roles) };
    return { subject, expiresAtMs: Number(payload.exp) * 1_000 };
  } catch (thrown) {
    throw refusalOf(thrown);
  }
}
