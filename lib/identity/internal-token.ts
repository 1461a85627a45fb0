import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock/clock.ts';
import { anonymous, type Identity } from './identity.ts';
import { knownRoles } from './known-roles.ts';
import { refusalOf, refuseToken } from './token-refusal.ts';
import { createVerifiedTokens, type VerifiedToken } from './verified-tokens.ts';

/** Header and gRPC metadata key under which an identity travels between our processes. */
export const identityHeader = 'x-tiffin-identity';

export interface InternalTokenSigner {
  /** A token that says who the caller is, good for at least 30 seconds more. */
  sign(identity: Identity): Promise<string>;
}

export interface InternalTokenVerifier {
  /** @throws AppError UNAUTHENTICATED, its cause a TokenRefusal. */
  verify(token: string): Promise<Identity>;
}

export interface InternalTokenOptions {
  /** Shared by all processes of one platform: INTERNAL_TOKEN_SECRET. */
  readonly secret: string;
  readonly clock: Clock;
  /** Tokens remembered on each side. */
  readonly maxTokens?: number;
}

const minSecretLength = 32;
const lifetimeMs = 60_000;
/** Signed anew after this, so that a token outlives any call that it starts and some skew of clocks. */
const reuseMs = lifetimeMs / 2;
const algorithm = 'HS256';
/** Issuer and audience alike: these tokens never leave the platform. */
const realm = 'tiffin-internal';

/**
 * Carries identities between processes that share a secret, as short-lived HS256 JWTs.
 * @throws Error for a secret of fewer than 32 characters.
 */
export function createInternalTokens(
  options: InternalTokenOptions,
): InternalTokenSigner & InternalTokenVerifier {
  const { secret, clock, maxTokens = 10_000 } = options;
  if (secret.length < minSecretLength) {
    throw new Error(`INTERNAL_TOKEN_SECRET is too short: give it at least ${minSecretLength} characters.`);
  }
  const key = new TextEncoder().encode(secret);
  return {
    sign: createSign(key, clock, maxTokens),
    verify: createVerifiedTokens((token) => check(token, key, clock), clock, maxTokens),
  };
}

function createSign(key: Uint8Array, clock: Clock, maxTokens: number): InternalTokenSigner['sign'] {
  const signed = new LRUCache<string, { token: Promise<string>; signedAtMs: number }>({ max: maxTokens });
  return (identity) => {
    const claims = JSON.stringify(claimsOf(identity));
    const known = signed.get(claims);
    const nowMs = clock.now();
    if (known && Math.abs(nowMs - known.signedAtMs) < reuseMs) return known.token;
    const token = new SignJWT(claimsOf(identity))
      .setProtectedHeader({ alg: algorithm })
      .setIssuer(realm)
      .setAudience(realm)
      .setIssuedAt(new Date(nowMs))
      .setExpirationTime(new Date(nowMs + lifetimeMs))
      .sign(key);
    signed.set(claims, { token, signedAtMs: nowMs });
    token.catch(() => signed.delete(claims));
    return token;
  };
}

async function check(token: string, key: Uint8Array, clock: Clock): Promise<VerifiedToken<Identity>> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      issuer: realm,
      audience: realm,
      currentDate: new Date(clock.now()),
      requiredClaims: ['exp', 'kind'],
    });
    return { subject: identityOf(payload), expiresAtMs: Number(payload.exp) * 1_000 };
  } catch (thrown) {
    throw refusalOf(thrown);
  }
}

type IdentityClaims = { kind: Identity['kind']; sub?: string; roles?: readonly string[] };

function claimsOf(identity: Identity): IdentityClaims {
  switch (identity.kind) {
    case 'user':
      return { kind: 'user', sub: identity.userId, roles: identity.roles };
    case 'service':
      return { kind: 'service', sub: identity.name };
    case 'anonymous':
      return { kind: 'anonymous' };
  }
}

function identityOf({ kind, sub, roles }: Record<string, unknown>): Identity {
  if (kind === 'anonymous') return anonymous;
  if (typeof sub !== 'string' || sub === '') throw refuseToken('bad claims');
  if (kind === 'service') return { kind, name: sub };
  if (kind === 'user' && Array.isArray(roles)) return { kind, userId: sub, roles: knownRoles(roles) };
  throw refuseToken('bad claims');
}
