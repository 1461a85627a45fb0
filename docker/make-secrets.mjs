// `node docker/make-secrets.mjs [folder]`: makes the secrets that compose.yaml hands to its containers. A secret that
// is there already is kept, so it may run again. Plain JavaScript without dependencies: it runs on any Node from 20 on,
// in a clone where nothing is installed.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVICES = ['account', 'activity', 'delivery', 'goods', 'order', 'search', 'shop', 'tracking'];

const folder = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'secrets'));
// Hexadecimal, so that it stands unescaped in URLs and configuration files.
const password = () => randomBytes(24).toString('hex');

/** Files that belong together: where one is missing, all are made anew. */
const groups = [
  () => ({ postgres_password: password() }),
  ...SERVICES.map((service) => () => ({
    [`${service}_database_url`]: `postgres://${service}:${password()}@postgres:5432/${service}`,
  })),
  () => {
    const redisPassword = password();
    return {
      redis_auth: `requirepass ${redisPassword}`,
      redis_url: `redis://:${redisPassword}@redis:6379`,
    };
  },
  () => ({ kafka_password: password() }),
  () => ({ internal_token_secret: randomBytes(32).toString('base64url') }),
  () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    return {
      token_signing_key: JSON.stringify(privateKey.export({ format: 'jwk' })),
      token_verify_keys: JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }),
    };
  },
];

mkdirSync(folder, { recursive: true });
// Containers run under users of their own and must read the files; the folder keeps everybody else on this host out.
chmodSync(folder, 0o700);
for (const make of groups) {
  const files = make();
  if (Object.keys(files).every(isMade)) continue;
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    // It cannot be written where it is there: read-only, or a folder that Docker made in place of a missing file.
    rmSync(path, { recursive: true, force: true });
    writeFileSync(path, text, { mode: 0o444 });
    process.stdout.write(`made ${path}\n`);
  }
}

function isMade(name) {
  const stat = statSync(join(folder, name), { throwIfNoEntry: false });
  return stat?.isFile() && stat.size > 0;
}
