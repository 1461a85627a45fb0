import { randomBytes } from 'node:crypto';
import { MikroORM } from '@mikro-orm/postgresql';

/** An empty database on a real server, for one test file. */
export interface RealPostgres {
  readonly url: string;
  /** Drops the database, whoever is still connected to it. */
  drop(): Promise<void>;
}

const DEFAULT_SERVER = 'postgres://postgres@127.0.0.1:5432/postgres';

/**
 * Creates a database with a random name on the server of TEST_DATABASE_URL, which `npm run test:real` sets. Nothing
 * else on that server is touched.
 */
export async function createRealPostgres(): Promise<RealPostgres> {
  const server = process.env.TEST_DATABASE_URL ?? DEFAULT_SERVER;
  const name = `tiffin_test_${randomBytes(6).toString('hex')}`;
  await execute(server, `create database "${name}"`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(server, `drop database if exists "${name}" with (force)`) };
}

async function execute(server: string, sql: string): Promise<void> {
  const orm = await MikroORM.init({
    dbName: new URL(server).pathname.slice(1),
    driverOptions: { connectionString: server, connectionTimeoutMillis: 5_000 },
    entities: [],
    discovery: { warnWhenNoEntities: false },
    ensureDatabase: false,
  });
  try {
    await orm.em.getConnection().execute(sql);
  } catch (error) {
    const { host } = new URL(server);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Tests cannot use PostgreSQL at ${host}: ${reason}. Run them with npm run test:real, or set TEST_DATABASE_URL.`,
    );
  } finally {
    await orm.close();
  }
}
