import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';

// Prints fresh secrets for a platform of several processes, as lines of an environment file.
const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const lines = [
  `TOKEN_SIGNING_KEY='${JSON.stringify(await exportJWK(privateKey))}'`,
  `TOKEN_VERIFY_KEYS='${JSON.stringify({ keys: [await exportJWK(publicKey)] })}'`,
  `INTERNAL_TOKEN_SECRET='${randomBytes(32).toString('base64url')}'`,
];
process.stdout.write(`${lines.join('\n')}\n`);
