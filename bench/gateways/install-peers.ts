import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isProcessRunning, withFolderLock } from './folder-lock.ts';

export const peersFolder = fileURLToPath(new URL('../peers/', import.meta.url));

/** Two that install into one folder at once remove each other's files. */
const lock = fileURLToPath(new URL('../../.data/bench/installing-peers', import.meta.url));
const lookEveryMs = 500;
const maxWaitMs = 600_000;

const stamp = `${peersFolder}node_modules/.bench-lock`;

/**
 * Installs what Tiffin is compared with, from its own lock file, unless it is there.
 * @throws Error with what npm says.
 */
export async function installPeers(print: (line: string) => void): Promise<void> {
  const hash = createHash('sha256')
    .update(readFileSync(`${peersFolder}package-lock.json`))
    .digest('hex');
  if (isInstalled(hash)) return;
  const options = {
    folder: lock,
    pid: process.pid,
    isRunning: isProcessRunning,
    waiting: (pid: number | undefined) =>
      print(`Another bench (process ${pid ?? 'unknown'}) installs the peers; waiting for it …`),
    wait: () => setTimeout(lookEveryMs),
    maxWaits: maxWaitMs / lookEveryMs,
  };
  await withFolderLock(options, async () => {
    if (!isInstalled(hash)) await install(hash, print);
  });
}

async function install(hash: string, print: (line: string) => void): Promise<void> {
  print('Installing the peers into bench/peers, about 20 s …');
  const args = [
    'ci',
    '--prefix',
    peersFolder,
    '--loglevel=error',
    '--no-audit',
    '--no-fund',
    '--no-progress',
  ];
  const cli = process.env['npm_execpath'];
  const [command, all] = cli?.endsWith('.js') ? [process.execPath, [cli, ...args]] : ['npm', args];
  const npm = spawn(command, all, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(npm, 'close');
  if (code !== 0) throw new Error(`The peers could not be installed; npm said:\n${output.trim()}`);
  writeFileSync(stamp, hash);
}

function isInstalled(hash: string): boolean {
  try {
    return readFileSync(stamp, 'utf8') === hash;
  } catch {
    return false;
  }
}
