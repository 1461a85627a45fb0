import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createAccessTokenSigner } from './access-token.ts';
import { tokenExpiryMs } from './token-expiry.ts';
import { parseSigningKey } from './token-keys.ts';

test('a token of ours says when it expires', async () => {
  const clock = new VirtualClock();
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const key = await parseSigningKey(JSON.stringify(await exportJWK(privateKey)));
  const { token, expiresAtMs } = await createAccessTokenSigner({ key, clock }).sign({
    userId: '7',
    roles: [],
  });
  assert.equal(tokenExpiryMs(`Bearer ${token}`), expiresAtMs);
  assert.equal(tokenExpiryMs(`bearer ${token}`), expiresAtMs);
});

for (const header of [undefined, '', 'Bearer opaque', 'Bearer e30.e30.x']) {
  test(`${header} does not`, () => assert.equal(tokenExpiryMs(header), Number.POSITIVE_INFINITY));
}
