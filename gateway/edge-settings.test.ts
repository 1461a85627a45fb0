import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, type Env, loadConfig } from '@tiffin/lib/config/config';
import { edgeSettings } from './edge-settings.ts';
import { standaloneVariables } from './gateway-config.ts';

const text = 'query Me { me }';
const id = hash('sha256', text);
const own = () => new Map([[id, text]]);
const settings = (env: Env, ownDocuments?: typeof own) =>
  edgeSettings(loadConfig(standaloneVariables, env), ownDocuments);

test('by default: introspection like the playground, nobody else’s pages, compression', async () => {
  const { limits, server } = await settings({});
  assert.equal(limits.introspection, true);
  assert.deepEqual([server.corsOrigins, server.compression], [[], true]);
  assert.equal((await settings({ PLAYGROUND: 'off' })).limits.introspection, false);
  assert.equal((await settings({ PLAYGROUND: 'off', INTROSPECTION: 'on' })).limits.introspection, true);
  assert.equal((await settings({ INTROSPECTION: 'off' })).limits.introspection, false);
});

test('the manifest is the own one, that of a file, or none', async (t) => {
  const find = async (env: Env, ownDocuments?: typeof own) => {
    const { documents } = (await settings(env, ownDocuments)).server;
    return documents.textOf({ text: undefined, hash: id });
  };
  assert.equal(await find({}, own), text);
  assert.equal(await find({ TRUSTED_DOCUMENTS: 'only' }, own), text);
  await assert.rejects(find({ TRUSTED_DOCUMENTS: 'off' }, own), /PersistedQueryNotFound/);
  await assert.rejects(find({}), /PersistedQueryNotFound/);
  await assert.rejects(find({ PERSISTED_QUERIES: '0' }), /PersistedQueryNotSupported/);

  const folder = await mkdtemp(join(tmpdir(), 'tiffin-edge-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'manifest.json');
  await writeFile(path, JSON.stringify({ [id]: text }));
  assert.equal(await find({ TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_PATH: path }), text);
  await writeFile(path, '{}');
  await assert.rejects(find({ TRUSTED_DOCUMENTS_PATH: path }, own), /PersistedQueryNotFound/);
});

test('only trusted documents without a manifest is refused at start', async () => {
  await assert.rejects(settings({ TRUSTED_DOCUMENTS: 'only' }), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /TRUSTED_DOCUMENTS_PATH/);
    return true;
  });
});

const notOrigins = [
  '*',
  'shop.example',
  'https://shop.example/',
  'https://shop.example/path',
  'HTTPS://shop.example',
  'ftp://x',
  'null',
];
for (const origin of notOrigins) {
  test(`"${origin}" is no origin`, () =>
    assert.rejects(
      settings({ CORS_ORIGINS: `https://good.example,${origin}` }),
      /CORS_ORIGINS must be origins/,
    ));
}

test('origins', async () => {
  const { server } = await settings({ CORS_ORIGINS: 'https://shop.example, http://localhost:3000' });
  assert.deepEqual(server.corsOrigins, ['https://shop.example', 'http://localhost:3000']);
});
