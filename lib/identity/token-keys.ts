import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
} from 'jose';

/** The private half, which only account holds. */
export interface SigningKey {
  /** RFC 7638 thumbprint of the public key, in every token as `kid`. */
  readonly id: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** Both halves, where one process both signs and verifies. */
export interface TokenKeys {
  readonly signingKey: SigningKey;
  readonly verifyKeys: JSONWebKeySet;
}

const algorithm = 'EdDSA';
const fileName = 'access-token-key.json';

/**
 * Reads the private JWK of TOKEN_SIGNING_KEY, or of what `source` names.
 * @throws Error that says what is wrong, without the key.
 */
export async function parseSigningKey(json: string, source = 'TOKEN_SIGNING_KEY'): Promise<SigningKey> {
  const jwk = parseJson(json, source);
  if (!isEd25519(jwk) || typeof jwk.d !== 'string') {
    throw new Error(`${source} is not a private Ed25519 JWK: it needs kty "OKP", crv "Ed25519", x and d.`);
  }
  const { kty, crv, x, d } = jwk;
  const privateKey = await importKey({ kty, crv, x, d }, source);
  const publicJwk = await toPublicJwk(jwk, source);
  return { id: publicJwk.kid, privateKey, publicJwk };
}

/** Reads the public JWKS of TOKEN_VERIFY_KEYS. @throws Error that says what is wrong, without the keys. */
export async function parseVerifyKeys(json: string): Promise<JSONWebKeySet> {
  const { keys } = parseJson(json, 'TOKEN_VERIFY_KEYS') as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isEd25519)) {
    throw new Error(
      'TOKEN_VERIFY_KEYS is not a JWKS of Ed25519 keys: it looks like {"keys":[{"kty":"OKP",…}]}.',
    );
  }
  if (keys.some((key) => 'd' in key)) {
    throw new Error(
      'TOKEN_VERIFY_KEYS holds a private key: remove "d" from each key, and replace a key that leaked.',
    );
  }
  return { keys: await Promise.all(keys.map((key) => toPublicJwk(key, 'TOKEN_VERIFY_KEYS'))) };
}

/** The keys that verify what `signingKey` signs. */
export function verifyKeysOf(signingKey: SigningKey): JSONWebKeySet {
  return { keys: [signingKey.publicJwk] };
}

/**
 * The key pair kept in `directory`, generated the first time. Processes that start together agree on one pair, and a
 * crash leaves a whole file or none: it is written aside, then linked under its name, which only the first one can.
 */
export async function generateTokenKeysOnce(directory: string): Promise<TokenKeys> {
  const path = join(directory, fileName);
  const json = (await readIfPresent(path)) ?? (await writeOnce(path, directory));
  const signingKey = await parseSigningKey(json, path);
  return { signingKey, verifyKeys: verifyKeysOf(signingKey) };
}

async function writeOnce(path: string, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
  const aside = `${path}.${randomUUID()}`;
  const file = await open(aside, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(await exportJWK(privateKey)));
    await file.sync();
    await link(aside, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await file.close();
    await unlink(aside);
  }
  return readFile(path, 'utf8');
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** The thumbprint is computed, not believed: a `kid` of the input could name another key. */
async function toPublicJwk({ kty, crv, x }: Ed25519Jwk, source: string): Promise<JWK & { kid: string }> {
  const jwk = { kty, crv, x };
  await importKey(jwk, source);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: algorithm, use: 'sig' };
}

async function importKey(jwk: JWK, source: string): Promise<CryptoKey> {
  try {
    const key = await importJWK(jwk, algorithm);
    if (!(key instanceof Uint8Array)) return key;
  } catch {
    // The library's message may quote the key.
  }
  throw new Error(`${source} holds a key whose x or d is not that of an Ed25519 key.`);
}

type Ed25519Jwk = { kty: 'OKP'; crv: 'Ed25519'; x: string; d?: unknown };

function isEd25519(jwk: unknown): jwk is Ed25519Jwk {
  if (typeof jwk !== 'object' || jwk === null) return false;
  const { kty, crv, x } = jwk as Record<string, unknown>;
  return kty === 'OKP' && crv === 'Ed25519' && typeof x === 'string';
}

function parseJson(json: string, source: string): unknown {
  try {
    return JSON.parse(json) ?? {};
  } catch {
    throw new Error(`${source} is not JSON.`);
  }
}
