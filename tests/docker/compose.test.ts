import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '@tiffin/lib/config/config';
import { parseSigningKey, parseVerifyKeys } from '@tiffin/lib/identity/token-keys';
import { missingSettings } from '@tiffin/lib/topology/missing-settings';
import { loadProcessConfig } from '@tiffin/lib/topology/process-config';
import { rolesOf, select } from '@tiffin/lib/topology/selection';
import { type Configuration, readConfiguration } from '../../scripts/generate/read-configuration.ts';
import { checkCompose } from './check-compose.ts';
import { checkComposeSchema } from './check-compose-schema.ts';
import { type ComposeFile, readComposeFile } from './compose-file.ts';
import { imageConfigOf, readDockerfile } from './read-dockerfile.ts';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(rootDir, 'docker/compose.yaml'), 'utf8');
const dockerfile = readDockerfile(readFileSync(join(rootDir, 'docker/Dockerfile'), 'utf8'));

describe('docker/compose.yaml', () => {
  let configuration: Configuration;
  before(async () => {
    configuration = await readConfiguration(rootDir);
  });
  const problemsOf = (changed: string) => checkCompose(readComposeFile(changed), dockerfile, configuration);

  it('follows the schema of the Compose Specification', () => {
    assert.deepEqual(checkComposeSchema(text), []);
    assert.deepEqual(checkComposeSchema(edited('read_only: true', 'readonly: true')).slice(0, 1), [
      '/services/gateway must NOT have additional properties.',
    ]);
  });

  it('runs every component, hardened, each reaching what it calls and nothing else', () => {
    assert.deepEqual(problemsOf(text), []);
  });

  for (const [what, from, to, found] of [
    [
      'an unknown variable',
      'PLAYGROUND:',
      'PLAYGRUOND:',
      'gateway sets PLAYGRUOND, which no component reads.',
    ],
    [
      'a file for a variable that is no secret',
      'PLAYGROUND:',
      'PLAYGROUND_FILE:',
      'gateway sets PLAYGROUND_FILE, which no component reads.',
    ],
    [
      'a secret in plain',
      'REDIS_URL_FILE: /run/secrets/redis_url',
      'REDIS_URL: redis://:hunter2@redis:6379',
      'account sets REDIS_URL in plain: use REDIS_URL_FILE.',
    ],
    [
      'a password in plain of an engine',
      'POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password',
      'POSTGRES_PASSWORD: hunter2',
      'POSTGRES_PASSWORD of postgres looks like a secret in plain.',
    ],
    [
      'a secret that the container is not given',
      'secrets: [internal_token_secret, token_verify_keys]',
      'secrets: [internal_token_secret]',
      'TOKEN_VERIFY_KEYS_FILE of gateway names no secret that gateway is given.',
    ],
    [
      'an open bind',
      '127.0.0.1:${GATEWAY_PORT',
      '0.0.0.0:${GATEWAY_PORT',
      'gateway publishes 0.0.0.0:4000:4000',
    ],
    [
      'an engine that publishes its port',
      'image: redis:7-bookworm',
      "image: redis:7-bookworm\n    ports: ['127.0.0.1:6379:6379']",
      'redis publishes 127.0.0.1:6379:6379: only the gateway may.',
    ],
    [
      'a wrong address',
      'goods:5003',
      'goods:5002',
      'shop-subgraph calls goods: set its GOODS_URL to goods:5003.',
    ],
    [
      'an address that is missing',
      'ACCOUNT_URL: account:5001',
      '',
      'user-subgraph calls account: set its ACCOUNT_URL',
    ],
    [
      'another target',
      'target: shop }',
      'target: goods }',
      'shop is built as goods, which does not run shop.',
    ],
    ['a network that leads out', 'internal: true', 'internal: false', 'is on backend, which leads out'],
    [
      'a gateway that can reach the engines',
      'networks: [edge, backend]',
      'networks: [edge, backend, engines]',
      'gateway can reach postgres, which it has no business with.',
    ],
    ['capabilities', 'cap_drop: [ALL]', 'cap_drop: [NET_RAW]', 'redis keeps capabilities: drop ALL.'],
    ['root', 'user: "999:999"', 'user: "0"', 'postgres runs as root: set user.'],
    [
      'a cycle',
      'depends_on: *engines-ready',
      'depends_on: { order: { condition: service_healthy } }',
      'wait for each other.',
    ],
  ] as const) {
    it(`finds ${what}`, () => {
      const problems = problemsOf(edited(from, to));
      assert.ok(
        problems.some((problem) => problem.includes(found)),
        problems.join('\n') || 'nothing found',
      );
    });
  }
});

describe('the secrets of docker/make-secrets.mjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiffin-secrets-'));
  const makeSecrets = () =>
    execFileSync(process.execPath, [join(rootDir, 'docker/make-secrets.mjs'), folder], { encoding: 'utf8' });
  const contents = () => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  before(makeSecrets);
  after(() => rmSync(folder, { recursive: true }));

  it('are those that compose.yaml names', () => {
    assert.deepEqual(readdirSync(folder).sort(), Object.keys(readComposeFile(text).secrets).sort());
  });

  it('can be read by the users of the containers, but on the host by their owner only', () => {
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o444);
  });

  it('stay as they are when made again, and come in pairs that fit', () => {
    const first = contents();
    makeSecrets();
    assert.deepEqual(contents(), first);
    rmSync(join(folder, 'redis_url'));
    makeSecrets();
    const { redis_url: url = '', redis_auth: auth = '' } = Object.fromEntries(contents());
    assert.equal(`requirepass ${new URL(url).password}`, auth);
    assert.equal(contents().filter(([, secret], index) => secret !== first[index]?.[1]).length, 2);
  });

  it('are all that each process needs to start', async () => {
    const compose = readComposeFile(text);
    const { topology, components } = await readConfiguration(rootDir);
    for (const name of Object.keys(topology)) {
      const env = environmentOf(name, compose, folder);
      assert.deepEqual(
        missingSettings(topology, select(rolesOf(topology), [name]), loadProcessConfig(topology, env), env),
        [],
        name,
      );
      loadConfig(components.get(name) ?? {}, env);
    }
    const { token_signing_key: signingKey = '', token_verify_keys: verifyKeys = '' } = Object.fromEntries(
      contents(),
    );
    const { publicJwk } = await parseSigningKey(signingKey);
    assert.deepEqual((await parseVerifyKeys(verifyKeys)).keys, [publicJwk]);
  });
});

/** Replaces the first match. A change that changes nothing proves nothing. */
function edited(from: string, to: string): string {
  assert.ok(text.includes(from), `compose.yaml does not contain ${from}`);
  return text.replace(from, () => to);
}

/** What the container of a component gets, its secrets lying in `folder`. */
function environmentOf(name: string, { services }: ComposeFile, folder: string): Record<string, string> {
  const environment = { ...imageConfigOf(dockerfile, name).env, ...services[name]?.environment };
  return Object.fromEntries(
    Object.entries(environment).map(([variable, value]) => [
      variable,
      value.replace(/^\/run\/secrets/, folder),
    ]),
  );
}
