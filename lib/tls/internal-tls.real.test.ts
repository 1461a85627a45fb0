import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigError, type Env, loadConfig } from '../config/config.ts';
import { createTestAuthority } from '../testing/test-certificates.ts';
import { internalTls, internalTlsVariables, serverTls } from './internal-tls.ts';

const authority = await createTestAuthority({ after });
const [one, two] = await Promise.all([
  authority.sign('one', ['DNS:one']),
  authority.sign('two', ['DNS:two']),
]);
const { ca } = authority;

const read = (env: Env) => internalTls(loadConfig(internalTlsVariables, env));
const pair = { INTERNAL_TLS_CERT: one.cert, INTERNAL_TLS_KEY: one.key };

test('off by default', () => assert.equal(read({}), undefined));

test('on, with what there is', () => {
  assert.deepEqual(read({ INTERNAL_TLS: 'on' }), { own: undefined, ca: undefined, isMutual: false });
  assert.deepEqual(read({ INTERNAL_TLS: 'on', ...pair, INTERNAL_TLS_CA: ca }), {
    own: one,
    ca,
    isMutual: false,
  });
  assert.deepEqual(read({ INTERNAL_TLS: 'mutual', ...pair, INTERNAL_TLS_CA: ca }), {
    own: one,
    ca,
    isMutual: true,
  });
});

test('certificates come from files, as orchestrators mount them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-tls-'));
  after(() => rm(folder, { recursive: true }));
  const files = { CERT: one.cert, KEY: one.key, CA: ca };
  const env: Record<string, string> = { INTERNAL_TLS: 'mutual' };
  for (const [name, text] of Object.entries(files)) {
    env[`INTERNAL_TLS_${name}_FILE`] = join(folder, name);
    await writeFile(join(folder, name), text);
  }
  const tls = read(env);
  assert.deepEqual([tls?.own?.cert.trim(), tls?.ca?.trim()], [one.cert.trim(), ca.trim()]);
});

const wrong: [what: string, env: Env, sentence: RegExp][] = [
  ['certificates without the switch', pair, /Set INTERNAL_TLS:/],
  ['an authority without the switch', { INTERNAL_TLS_CA: ca }, /Set INTERNAL_TLS:/],
  ['a certificate without its key', { INTERNAL_TLS: 'on', INTERNAL_TLS_CERT: one.cert }, /Set both/],
  ['mutual without a certificate', { INTERNAL_TLS: 'mutual', INTERNAL_TLS_CA: ca }, /mutual needs/],
  ['mutual without an authority', { INTERNAL_TLS: 'mutual', ...pair }, /mutual needs/],
  [
    "another certificate's key",
    { INTERNAL_TLS: 'on', ...pair, INTERNAL_TLS_KEY: two.key },
    /its private key/,
  ],
  [
    'a certificate that is none',
    { INTERNAL_TLS: 'on', ...pair, INTERNAL_TLS_CERT: 'secret' },
    /its private key/,
  ],
  ['an authority that is none', { INTERNAL_TLS: 'on', INTERNAL_TLS_CA: 'secret' }, /PEM certificates/],
];
for (const [what, env, sentence] of wrong) {
  test(`${what} is refused, and nothing of it is shown`, () => {
    assert.throws(
      () => read(env),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, sentence);
        assert.doesNotMatch(error.message, /secret|BEGIN/);
        return true;
      },
    );
  });
}

test('who answers needs a certificate, who only calls does not', () => {
  assert.equal(serverTls(undefined), undefined);
  assert.throws(() => serverTls(read({ INTERNAL_TLS: 'on' })), /INTERNAL_TLS_CERT/);
  assert.equal(serverTls(read({ INTERNAL_TLS: 'on', ...pair }))?.own.cert, one.cert);
});
