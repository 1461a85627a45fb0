import { execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@tiffin/lib/testing/free-port';
import { ensureProgram } from './ensure-program.ts';
import { tryPostgresLogin } from './try-postgres-login.ts';

const START_TIMEOUT_MS = 30_000;

export interface PostgresForTests {
  url: string;
  /** Says in a few words which server it is. */
  description: string;
  stop(): void;
}

/**
 * A server for the tests: TEST_DATABASE_URL when set, else the one at 127.0.0.1:5432 when it lets us in, else one
 * of our own, which `stop` ends and removes. Throws a sentence when none can be had.
 */
export async function startPostgresForTests(print: (line: string) => void): Promise<PostgresForTests> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, description: await describeGiven(given), stop() {} };
  const answer = await tryPostgresLogin('127.0.0.1', 5432);
  if (answer === 'accepted') {
    const url = 'postgres://postgres@127.0.0.1:5432/postgres';
    return { url, description: 'the server at 127.0.0.1:5432', stop() {} };
  }
  const own = await startOwnPostgres(ensureProgram('initdb', 'postgresql', print));
  const why = answer === 'refused' ? 'wants a password' : 'does not answer';
  return { ...own, description: `${own.description} (the one at 127.0.0.1:5432 ${why})` };
}

async function describeGiven(given: string): Promise<string> {
  if (!URL.canParse(given)) {
    throw new Error(
      'TEST_DATABASE_URL is not a URL. Write it as postgres://user:password@host:5432/postgres.',
    );
  }
  const { hostname, port } = new URL(given);
  const answer = await tryPostgresLogin(hostname, Number(port || 5432));
  if (answer === 'unreachable') {
    throw new Error(
      `No PostgreSQL answers at ${hostname}:${port || 5432}. Start it, or correct TEST_DATABASE_URL.`,
    );
  }
  return `the server of TEST_DATABASE_URL (${hostname})`;
}

/** A cluster in a temporary folder on a free port; `stop` ends and removes it, and so does the end of this process. */
export async function startOwnPostgres(initdb: string): Promise<PostgresForTests> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'tiffin-postgres-'));
  const owner = postgresUser();
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(dataDir, owner.uid, owner.gid);
  const initdbArgs = ['-D', dataDir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
  execFileSync(initdb, initdbArgs, { stdio: 'pipe', ...owner });
  // Its data dies with the run, so it need not reach the disk.
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${dataDir}`, 'fsync=off'];
  const args = ['-D', dataDir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  // initdb may be a link; the other programs stand beside the real one.
  const programs = dirname(realpathSync(initdb));
  const server = spawn(join(programs, 'postgres'), args, { stdio: 'ignore', ...owner });
  const stop = () => {
    process.off('exit', stop);
    // Synchronous, because it also runs while this process exits; pg_ctl returns when the server is gone.
    const stopArgs = ['-D', dataDir, 'stop', '-m', 'immediate'];
    if (server.exitCode === null)
      execFileSync(join(programs, 'pg_ctl'), stopArgs, { stdio: 'ignore', ...owner });
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on('exit', stop);
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while ((await tryPostgresLogin('127.0.0.1', port)) !== 'accepted') {
    if (Date.now() > deadlineMs || server.exitCode !== null) {
      throw new Error('A PostgreSQL of our own did not start. Start one yourself and set TEST_DATABASE_URL.');
    }
    await delay(100);
  }
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  return { url, description: `one of our own at 127.0.0.1:${port}, for this run only`, stop };
}

/** PostgreSQL refuses to run as root, so root hands it to the user its package made. */
function postgresUser(): Pick<SpawnOptions, 'uid' | 'gid'> {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
