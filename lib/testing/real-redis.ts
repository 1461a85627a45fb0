import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** A redis-server of one's own: free port, nothing kept, gone with the test. */
export interface RealRedis {
  readonly url: string;
  /** Ends the server at once, as a crash would. The folder stays for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 10_000;

export async function startRealRedis(): Promise<RealRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'tiffin-redis-'));
  let server = await startServer(port, folder);
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      await kill();
      server = await startServer(port, folder);
    },
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A redis-server that answers at `port`. It ends with this process at the latest. */
export async function startServer(
  port: number,
  folder: string,
  settings: readonly string[] = [],
): Promise<ChildProcess> {
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
    ...settings,
  ];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
  // A test file that dies must not leave its server behind.
  const killWithUs = () => server.kill('SIGKILL');
  process.once('exit', killWithUs);
  server.once('exit', () => process.off('exit', killWithUs));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => fail('said nothing in time'), START_TIMEOUT_MS);
    const fail = (reason: string) => {
      clearTimeout(timer);
      server.kill('SIGKILL');
      reject(new Error(`redis-server ${reason}. Install it and put it on the PATH.`));
    };
    server.once('error', () => fail('was not found'));
    server.once('exit', () => fail('ended at once'));
    let output = '';
    server.stdout.on('data', (chunk) => {
      output += chunk;
      if (!output.includes('Ready to accept connections')) return;
      clearTimeout(timer);
      server.stdout.removeAllListeners('data').resume();
      resolve();
    });
  });
  return server;
}
