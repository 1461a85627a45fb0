import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

it('npm start serves, says what runs where on which engines in what time, and ends with npm', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tiffin-npm-start-'));
  const env = { ...process.env, PORT: '0', DATA_DIR: dataDir };
  const npm = spawn('npm', ['start', '--silent'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let output = '';
    const started = Promise.withResolvers<void>();
    npm.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (output.includes('admin@')) started.resolve();
    });
    npm.once('exit', () => started.resolve());
    await started.promise;
    for (const said of [
      /PGlite in \S+postgres/,
      /Redis imitated/,
      /account +\d+\.\d s/,
      /Ready in \d+\.\d s/,
    ]) {
      assert.match(output, said);
    }
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
    assert.equal((await fetch(`${url}/readyz`)).status, 200);

    const ended = once(npm, 'exit');
    npm.kill('SIGTERM');
    await ended;
    await assert.doesNotReject(refusesConnections(`${url}/readyz`));
  } finally {
    npm.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** Resolves once nobody listens any more: npm does not wait for what it started. */
async function refusesConnections(url: string): Promise<void> {
  for (;;) {
    try {
      await fetch(url);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
