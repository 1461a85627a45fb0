import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { type Database, openDatabase } from '@tiffin/lib/engines/database';
import { closeRedis, openRedis } from '@tiffin/lib/engines/redis';
import { freePort } from '@tiffin/lib/testing/free-port';
import { ensureProgram } from '../../scripts/ensure-program.ts';
import { type PostgresForTests, startOwnPostgres } from '../../scripts/postgres-for-tests.ts';

const dockerDir = fileURLToPath(new URL('../../docker', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tiffin-docker-engines-'));
const secretsDir = join(folder, 'secrets');
const secret = (name: string) => readFileSync(join(secretsDir, name), 'utf8');

before(() => execFileSync(process.execPath, [join(dockerDir, 'make-secrets.mjs'), secretsDir]));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('docker/postgres/create-databases.sh', () => {
  let postgres: PostgresForTests;

  before(async () => {
    const initdb = ensureProgram('initdb', 'postgresql', () => {});
    postgres = await startOwnPostgres(initdb);
    const { hostname, port } = new URL(postgres.url);
    const path = `${dirname(realpathSync(initdb))}:${process.env.PATH}`;
    const server = { PGHOST: hostname, PGPORT: port, POSTGRES_USER: 'postgres' };
    const env = { PATH: path, SECRETS_DIR: secretsDir, ...server };
    // Twice: it is run again by hand where services came later.
    for (let run = 1; run <= 2; run++) {
      execFileSync(join(dockerDir, 'postgres/create-databases.sh'), {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    }
    await askForPasswords();
  });
  after(() => postgres?.stop());

  it('gives each service a database that it can migrate, extensions too', async () => {
    for (const service of [
      'account',
      'activity',
      'delivery',
      'goods',
      'order',
      'search',
      'shop',
      'tracking',
    ]) {
      await using database = await open(service);
      await database.query(`create table "${service}".proof (id int)`);
      await database.query('create extension pg_trgm');
    }
  });

  it('lets no service enter the database of another one, or come without its password', async () => {
    // Quoted where it refuses the connection itself, not quoted where only a schema may not be created.
    const refused = (error: Error) => /permission denied for database "account"/.test(inspect(error));
    await assert.rejects(
      open('shop', (url) => (url.pathname = '/account')),
      refused,
    );
    await assert.rejects(
      open('shop', (url) => (url.password = 'guess')),
      /refused the password/,
    );
  });

  async function open(service: string, change = (_: URL): unknown => undefined) {
    const url = new URL(secret(`${service}_database_url`));
    url.host = new URL(postgres.url).host;
    change(url);
    const urlVariable = `${service.toUpperCase()}_DATABASE_URL`;
    return disposable(
      await openDatabase({ schema: service, entities: [], migrations: [], url: url.href, urlVariable }),
    );
  }

  /** The server of the tests trusts everybody; compose.yaml's asks for passwords, and so shall this one. */
  async function askForPasswords(): Promise<void> {
    const options = { schema: 'proof', entities: [], migrations: [], url: postgres.url };
    await using database = disposable(await openDatabase(options));
    const [setting] = await database.query<{ hba_file: string }>('show hba_file');
    await database.query(`copy (select 'host all all all scram-sha-256') to '${setting?.hba_file}'`);
    await database.query('select pg_reload_conf()');
  }
});

describe('docker/redis/redis.conf', () => {
  let server: ChildProcess;
  let url: URL;

  before(async () => {
    const port = await freePort();
    url = new URL(secret('redis_url'));
    url.host = `127.0.0.1:${port}`;
    const text = readFileSync(join(dockerDir, 'redis/redis.conf'), 'utf8');
    const file = join(folder, 'redis.conf');
    writeFileSync(file, `${text.replace('/run/secrets', secretsDir)}\nport ${port}\n`);
    const program = ensureProgram('redis-server', 'redis-server', () => {});
    server = spawn(program, [file], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of server.stdout ?? [])
      if (`${line}`.includes('Ready to accept connections')) break;
  });
  after(async () => {
    server?.kill('SIGKILL');
    if (server) await once(server, 'exit');
  });

  it('serves who has the password, and nobody else', async () => {
    const redis = await openRedis({ url: url.href });
    assert.equal(await redis.set('proof', '1', 'PX', 1_000), 'OK');
    await closeRedis(redis);
    await assert.rejects(openRedis({ url: `redis://${url.host}` }), /refused the password/);
    await assert.rejects(openRedis({ url: `redis://:guess@${url.host}` }), /refused the password/);
  });
});

function disposable(database: Database): Database & AsyncDisposable {
  return { ...database, [Symbol.asyncDispose]: () => database.close() };
}
