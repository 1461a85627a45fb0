import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createAccessTokenSigner, createAccessTokenVerifier } from './access-token.ts';
import { assertRefused } from './assert-refused.ts';
import { parseSigningKey, verifyKeysOf } from './token-keys.ts';

const keyPair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const key = await parseSigningKey(JSON.stringify(await exportJWK(keyPair.privateKey)));
const otherKey = (await generateKeyPair('EdDSA', { crv: 'Ed25519' })).privateKey;
const customer = { userId: '42', roles: ['CUSTOMER'] } as const;

function setUp() {
  const clock = new VirtualClock();
  const signer = createAccessTokenSigner({ key, clock });
  const verifier = createAccessTokenVerifier({ jwks: verifyKeysOf(key), clock });
  return { clock, signer, verifier };
}

function claimsAt(clock: VirtualClock) {
  const iat = clock.now() / 1_000;
  return { sub: '42', roles: ['ADMIN'], iss: 'tiffin', aud: 'tiffin-gateway', iat, exp: iat + 900 };
}

const header = { alg: 'EdDSA', kid: key.id };

test('a signed token gives back its user', async () => {
  const { clock, signer, verifier } = setUp();
  const { token, expiresAtMs } = await signer.sign(customer);
  assert.equal(expiresAtMs, clock.now() + 15 * 60_000);
  assert.deepEqual(await verifier.verify(token), { kind: 'user', userId: '42', roles: ['CUSTOMER'] });
});

test('a token dies after 15 minutes, remembered or not', async () => {
  const { clock, signer, verifier } = setUp();
  const { token } = await signer.sign(customer);
  await verifier.verify(token);
  await clock.advance(15 * 60_000 - 1_000);
  await verifier.verify(token);
  await clock.advance(1_000);
  await assertRefused('expired', verifier.verify(token));
  await assertRefused('expired', createAccessTokenVerifier({ jwks: verifyKeysOf(key), clock }).verify(token));
});

test('a token without a signature is refused', async () => {
  const { clock, signer, verifier } = setUp();
  const claims = claimsAt(clock);
  await assertRefused('wrong algorithm', verifier.verify(new UnsecuredJWT(claims).encode()));
  const { token } = await signer.sign(customer);
  const [head, body] = token.split('.');
  await assertRefused('bad signature', verifier.verify(`${head}.${body}.`));
});

test('a token signed by HMAC with the public key as its secret is refused', async () => {
  const { clock, verifier } = setUp();
  const spki = await exportSPKI(keyPair.publicKey);
  const raw = Buffer.from(String(key.publicJwk.x), 'base64url');
  for (const secret of [Buffer.from(spki), raw, Buffer.from(JSON.stringify(key.publicJwk))]) {
    const forged = await new SignJWT(claimsAt(clock))
      .setProtectedHeader({ alg: 'HS256', kid: key.id })
      .sign(secret);
    await assertRefused('wrong algorithm', verifier.verify(forged));
  }
});

test("a token signed by somebody else's key is refused, also when it brings that key along", async () => {
  const { clock, verifier } = setUp();
  const claims = claimsAt(clock);
  const forged = await new SignJWT(claims).setProtectedHeader(header).sign(otherKey);
  await assertRefused('bad signature', verifier.verify(forged));
  const unknown = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: 'mine' }).sign(otherKey);
  await assertRefused('unknown key', verifier.verify(unknown));
  const own = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const jwk = await exportJWK(own.publicKey);
  const embedded = await new SignJWT(claims).setProtectedHeader({ ...header, jwk }).sign(own.privateKey);
  await assertRefused('bad signature', verifier.verify(embedded));
});

test('changed claims are refused', async () => {
  const { clock, signer, verifier } = setUp();
  const { token } = await signer.sign(customer);
  const [head, , signature] = token.split('.');
  const admin = Buffer.from(JSON.stringify(claimsAt(clock))).toString('base64url');
  await assertRefused('bad signature', verifier.verify(`${head}.${admin}.${signature}`));
});

test('a good signature under wrong claims is refused', async () => {
  const { clock, verifier } = setUp();
  const cases = [
    ['wrong issuer', { iss: 'tiffin-internal' }],
    ['wrong issuer', { iss: undefined }],
    ['wrong audience', { aud: 'another-api' }],
    ['wrong audience', { aud: undefined }],
    ['bad claims', { exp: undefined }],
    ['bad claims', { sub: undefined }],
    ['bad claims', { sub: '' }],
    ['bad claims', { roles: undefined }],
    ['bad claims', { roles: 'ADMIN' }],
    ['bad claims', { nbf: clock.now() / 1_000 + 60 }],
    ['expired', { exp: clock.now() / 1_000 }],
  ] as const;
  for (const [reason, change] of cases) {
    const claims: Record<string, unknown> = { ...claimsAt(clock), ...change };
    const token = await new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey);
    await assertRefused(reason, verifier.verify(token));
  }
});

test('what is no token is refused', async () => {
  const { signer, verifier } = setUp();
  const { token } = await signer.sign(customer);
  for (const text of ['', 'x', 'a.b.c', '..', `${token}.x`, `${token}\n`, `é${token}`, 'null.null.null']) {
    await assertRefused('malformed', verifier.verify(text));
  }
  await assertRefused('too long', verifier.verify(`${token}${'a'.repeat(8_192)}`));
});

test('during a change of keys the tokens of both are good', async () => {
  const { clock, signer } = setUp();
  const nextPair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const next = await parseSigningKey(JSON.stringify(await exportJWK(nextPair.privateKey)));
  const jwks = { keys: [key.publicJwk, next.publicJwk] };
  const verifier = createAccessTokenVerifier({ jwks, clock });
  const nextSigner = createAccessTokenSigner({ key: next, clock });
  for (const { token } of [await signer.sign(customer), await nextSigner.sign(customer)]) {
    assert.equal((await verifier.verify(token)).userId, '42');
  }
});
