import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { generateTokenKeysOnce, parseSigningKey, parseVerifyKeys } from './token-keys.ts';

async function privateJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return exportJWK(privateKey);
}

async function scratchDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'token-keys-'));
  t.after(() => rm(directory, { recursive: true }));
  return join(directory, 'keys');
}

const fileName = 'access-token-key.json';

test('the key pair is generated once, for its owner only', async (t) => {
  const directory = await scratchDirectory(t);
  const first = await generateTokenKeysOnce(directory);
  const second = await generateTokenKeysOnce(directory);
  assert.equal(second.signingKey.id, first.signingKey.id);
  assert.deepEqual(await readdir(directory), [fileName]);
  assert.equal((await stat(join(directory, fileName))).mode & 0o777, 0o600);
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
});

test('those that start together agree on one pair', async (t) => {
  const directory = await scratchDirectory(t);
  const all = await Promise.all(Array.from({ length: 8 }, () => generateTokenKeysOnce(directory)));
  assert.equal(new Set(all.map(({ signingKey }) => signingKey.id)).size, 1);
  assert.deepEqual(await readdir(directory), [fileName]);
});

test('a broken key file is refused, not replaced', async (t) => {
  const directory = await scratchDirectory(t);
  await generateTokenKeysOnce(directory);
  await writeFile(join(directory, fileName), '{"kty":');
  await assert.rejects(generateTokenKeysOnce(directory), new RegExp(`${fileName} is not JSON`));
});

test('the public half holds nothing private', async (t) => {
  const { signingKey, verifyKeys } = await generateTokenKeysOnce(await scratchDirectory(t));
  assert.deepEqual(verifyKeys, { keys: [signingKey.publicJwk] });
  assert.deepEqual(Object.keys(signingKey.publicJwk).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  assert.equal(signingKey.privateKey.extractable, false);
});

test('a signing key that is none is refused without being quoted', async () => {
  const good = await privateJwk();
  const other = await privateJwk();
  const rsa = await exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey);
  const broken = [
    { ...good, d: undefined },
    { ...good, crv: 'X25519' },
    rsa,
    { ...good, d: 'short' },
    { ...good, x: other.x },
  ];
  const texts = ['', '{', 'null', '[]', ...broken.map((jwk) => JSON.stringify(jwk))];
  for (const json of texts) {
    await assert.rejects(parseSigningKey(json), (error: Error) => {
      assert.match(error.message, /^TOKEN_SIGNING_KEY /);
      assert.ok(!error.message.includes(String(good.d)) && error.cause === undefined);
      return true;
    });
  }
});

test('the verify keys are public and at least one', async () => {
  const { d, ...publicJwk } = await privateJwk();
  const { keys } = await parseVerifyKeys(JSON.stringify({ keys: [{ ...publicJwk, kid: 'claimed' }] }));
  assert.equal(keys[0]?.x, publicJwk.x);
  assert.notEqual(keys[0]?.kid, 'claimed');
  await assert.rejects(
    parseVerifyKeys(JSON.stringify({ keys: [{ ...publicJwk, d }] })),
    /TOKEN_VERIFY_KEYS holds a private key/,
  );
  for (const json of [
    '',
    '{}',
    'null',
    '{"keys":[]}',
    '{"keys":[null]}',
    JSON.stringify({ keys: [{ ...publicJwk, x: 'AA' }] }),
  ]) {
    await assert.rejects(parseVerifyKeys(json), /^Error: TOKEN_VERIFY_KEYS /);
  }
});
