import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { chmod, chown, glob, lstat, mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildImageTree } from './build-image-tree.ts';
import { imageConfigOf, readDockerfile } from './read-dockerfile.ts';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFile(join(rootDir, path), 'utf8');

/** Of debian:bookworm-slim, uncompressed and generously. */
const BASE_MEGABYTES = 85;
const MAX_MEGABYTES = 400;
/** The images' user. Only root can become it; anybody else runs as themselves. */
const user = process.getuid?.() === 0 ? { uid: 10_001, gid: 10_001 } : {};

// Needs what `npm ci` needs: a registry, or a warm cache.
describe('what docker/Dockerfile builds', () => {
  const dockerfile = read('docker/Dockerfile').then(readDockerfile);
  let outDir: string;
  let root: string;
  let dataDir: string;
  const running: ChildProcess[] = [];

  before(async () => {
    outDir = await realpath(await mkdtemp(join(tmpdir(), 'tiffin-image-')));
    await chmod(outDir, 0o755);
    root = await buildImageTree({
      dockerfile: await dockerfile,
      ignoreFile: await read('.dockerignore'),
      contextDir: rootDir,
      outDir,
      nodePath: process.execPath,
    });
    dataDir = join(root, 'data');
    await mkdir(dataDir);
    if (user.uid) await chown(dataDir, user.uid, user.gid);
  });
  after(async () => {
    for (const child of running) child.kill('SIGKILL');
    await rm(outDir, { recursive: true, force: true });
  });

  it('is smaller than 400 MB', async (t) => {
    const megabytes = BASE_MEGABYTES + bytesBelow(root) / 1e6;
    t.diagnostic(
      `${megabytes.toFixed(0)} MB: ${(bytesBelow(join(root, 'app')) / 1e6).toFixed(0)} of them the app, ` +
        `${BASE_MEGABYTES} reckoned for Debian, the rest Node`,
    );
    assert.ok(megabytes < MAX_MEGABYTES, `${megabytes} MB`);
  });

  it('holds links to the workspace, and nothing that only builds, tests or secrets use', async () => {
    const links = await Array.fromAsync(glob('node_modules/@tiffin/*', { cwd: join(root, 'app') }));
    assert.ok(links.length > 5);
    for (const link of links) {
      assert.ok((await lstat(join(root, 'app', link))).isSymbolicLink(), link);
      assert.ok((await realpath(join(root, 'app', link))).startsWith(join(root, 'app/')), link);
    }
    const unwanted =
      '{tests,scripts,.data,docker/secrets,{gateway,grpc-services,lib,subgraphs}/**/*.test.ts,node_modules/{node,typescript,@biomejs}}';
    assert.deepEqual(await Array.fromAsync(glob(unwanted, { cwd: join(root, 'app') })), []);
  });

  it('starts the gateway as another user who can write nowhere, and ends it by SIGTERM', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const url = await start('gateway', {
      INTERNAL_TOKEN_SECRET: randomBytes(32).toString('hex'),
      TOKEN_VERIFY_KEYS: JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }),
      DATA_DIR: '/nonexistent',
      ...Object.fromEntries(
        ['SHOP', 'USER', 'ORDER'].map((name) => [`${name}_SUBGRAPH_URL`, 'http://127.0.0.1:9/graphql']),
      ),
    });
    const { errors } = await ask(url, '{ shops(first: 1) { edges { cursor } } }');
    assert.equal(errors[0].extensions.code, 'UNAVAILABLE');
    await healthy('gateway', url);
    await endsWell();
  });

  it('starts the whole platform on embedded engines in its data folder', async () => {
    const url = await start('all', { DATA_DIR: dataDir, DEMO_DATA: 'true' });
    const { data } = await ask(
      url,
      '{ shops(first: 1) { edges { node { name goods(first: 1) { edges { node { name } } } } } } }',
    );
    assert.ok(data.shops.edges[0].node.goods.edges[0].node.name);
    await healthy('all', url);
    await endsWell();
  });

  /** Starts a target as its container would, on a free port, and resolves to where the gateway listens. */
  async function start(target: string, given: Record<string, string>): Promise<string> {
    const image = imageConfigOf(await dockerfile, target);
    const env = { ...image.env, PATH: join(root, 'usr/local/bin'), HOST: '127.0.0.1', PORT: '0', ...given };
    const [program = '', ...args] = [...image.entrypoint, ...image.cmd];
    const child = spawn(join(root, 'usr/local/bin', program), args, { cwd: join(root, 'app'), env, ...user });
    running.push(child);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', () => output.includes('Ready in') && resolve());
      child.once('exit', (code) => reject(new Error(`${target} ended with ${code}:\n${output}`)));
    });
    return /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? assert.fail(output);
  }

  /** Runs the health check of a target's image. */
  async function healthy(target: string, url: string): Promise<void> {
    const [program = '', ...args] = imageConfigOf(await dockerfile, target).healthcheck;
    const env = { PORT: new URL(url).port };
    const child = spawn(join(root, 'usr/local/bin', program), args, { cwd: join(root, 'app'), env, ...user });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  }

  async function endsWell(): Promise<void> {
    const child = running.at(-1) ?? assert.fail();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  }
});

async function ask(url: string, query: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return await response.json();
}

/** Links count nothing. */
function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.reduce((bytes, { parentPath, name }) => bytes + statSync(join(parentPath, name)).size, 0);
}
