import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadProcessConfig } from '@tiffin/lib/topology/process-config';
import { readConfiguration } from '../../scripts/generate/read-configuration.ts';
import { readDockerIgnore } from './docker-ignore.ts';
import { imageConfigOf, readDockerfile } from './read-dockerfile.ts';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(rootDir, path), 'utf8');
const dockerfile = readDockerfile(read('docker/Dockerfile'));

describe('docker/Dockerfile', () => {
  it('takes the Node that package.json pins', () => {
    assert.equal(dockerfile.args.get('NODE_VERSION'), JSON.parse(read('package.json')).dependencies.node);
  });

  it('installs every package of the workspace', () => {
    const locked: Record<string, { link?: boolean; resolved: string }> = JSON.parse(
      read('package-lock.json'),
    ).packages;
    const workspaces = Object.values(locked).flatMap(({ link, resolved }) => (link ? [resolved] : []));
    const copied = dockerfile.stages.get('build')?.instructions.map(({ name, value }) => `${name} ${value}`);
    const missing = workspaces
      .map((folder) => `COPY ${folder}/package.json ${folder}/`)
      .filter((line) => !copied?.includes(line));
    assert.deepEqual(missing, []);
  });

  it('has a target for each component, which says where it listens and when it is ready', async () => {
    const { topology } = await readConfiguration(rootDir);
    const targets = [...dockerfile.stages].flatMap(([name, { from }]) => (from === 'runtime' ? [name] : []));
    assert.deepEqual(targets.sort(), [...Object.keys(topology), 'all'].sort());
    for (const [name, { kind, port }] of Object.entries(topology)) {
      const image = imageConfigOf(dockerfile, name);
      const config = loadProcessConfig(topology, image.env);
      assert.deepEqual(image.cmd, ['--run', name]);
      assert.deepEqual(image.exposes, [String(port)], name);
      assert.equal(config.host, '0.0.0.0');
      assert.equal(config.portOf(name), port);
      const readyPort = image.env[image.healthcheck[2] ?? ''];
      assert.equal(Number(readyPort), kind === 'service' ? config.opsPort : port, name);
    }
  });

  it('runs the whole platform where no target is named', () => {
    const image = imageConfigOf(dockerfile, [...dockerfile.stages.keys()].at(-1) ?? '');
    assert.deepEqual([image.cmd, image.healthcheck[2], image.env['PORT']], [[], 'PORT', '4000']);
  });

  it('runs node itself, as nobody special', () => {
    for (const target of dockerfile.stages.keys()) {
      if (target === 'build') continue;
      const image = imageConfigOf(dockerfile, target);
      assert.equal(image.base, 'debian:bookworm-slim');
      assert.deepEqual([image.entrypoint, image.user], [['node', 'tiffin.ts'], '10001:10001']);
      assert.deepEqual(image.healthcheck.slice(0, 2), ['node', 'docker/ready.mjs']);
    }
  });
});

describe('.dockerignore', () => {
  const isIgnored = readDockerIgnore(read('.dockerignore'));

  it('lets in what runs', () => {
    const paths = [
      'package.json',
      'package-lock.json',
      'tiffin.ts',
      'docker/ready.mjs',
      'tests/package.json',
    ];
    const folders = [
      'lib/clock/clock.ts',
      'gateway/main.ts',
      'subgraphs/user/package.json',
      'proto/gen/a/b.ts',
    ];
    assert.deepEqual([...paths, ...folders].filter(isIgnored), []);
  });

  it('keeps out what does not, secrets first', () => {
    const secrets = [
      '.env',
      'docker/.env',
      'docker/secrets/token_signing_key',
      '.data/keys/key.json',
      '.git/config',
    ];
    const others = [
      'node_modules/zod/index.js',
      'lib/node_modules/a.js',
      'docs/errors.md',
      'scripts/check.ts',
    ];
    const tests = [
      'lib/clock/clock.test.ts',
      'lib/testing/call-by.ts',
      'gateway/testing/a.ts',
      'tests/a.test.ts',
    ];
    assert.deepEqual(
      [...secrets, ...others, ...tests].filter((path) => !isIgnored(path)),
      [],
    );
  });
});

describe('docker/ready.mjs', () => {
  it('ends with 0 only where a process says that it is ready', async () => {
    let status = 200;
    const server = createServer((request, response) =>
      response.writeHead(request.url === '/readyz' ? status : 404).end(),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    assert.equal(await ready({ PORT: String(port) }), 0);
    status = 503;
    assert.equal(await ready({ PORT: String(port) }), 1);
    server.close();
    await once(server, 'close');
    assert.equal(await ready({ PORT: String(port) }), 1);
    assert.equal(await ready({}), 1);
  });
});

async function ready(env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, [join(rootDir, 'docker/ready.mjs'), 'PORT'], {
    env,
    stdio: 'inherit',
  });
  return (await once(child, 'exit'))[0];
}
