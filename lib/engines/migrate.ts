import { Migrator } from '@mikro-orm/migrations';
import { MikroORM, type Options } from '@mikro-orm/postgresql';

export type MigrationList = NonNullable<NonNullable<Options['migrations']>['migrationsList']>;

export interface MigrateOptions {
  /** Driver settings of the engine: without a statement time-out, with `MIGRATION_CONNECTIONS`. */
  connection: Options;
  schema: string;
  migrations: MigrationList;
  /** Whether other processes may migrate the same database now. The embedded one belongs to this process. */
  shared: boolean;
}

/** The lock sits on one connection, the work is done on another. */
export const MIGRATION_CONNECTIONS = 2;
const MAX_LOCK_WAIT_MS = 120_000;

/**
 * Creates the schema if missing and runs the migrations that it has not had, all or none of them. Its table of
 * migrations lies in the schema too. Of several processes that start at once, one works while the others wait.
 */
export async function migrate({ connection, schema, migrations, shared }: MigrateOptions): Promise<void> {
  const orm = await MikroORM.init({
    ...connection,
    schema,
    entities: [],
    extensions: [Migrator],
    migrations: { tableName: 'migration', migrationsList: migrations, snapshot: false, silent: true },
  });
  const work = async () => {
    const connection = orm.em.getConnection();
    const found = await connection.execute('select from pg_namespace where nspname = ?', [schema]);
    // `if not exists` alone would ask for the right to create schemas even when there is nothing to create.
    if (found.length === 0) await connection.execute(`create schema "${schema}"`);
    await orm.migrator.up();
  };
  try {
    await (shared ? withAdvisoryLock(orm, schema, work) : work());
  } finally {
    await orm.close();
  }
}

/** The transaction's only use is that the server drops its lock when this process dies, in any way. */
function withAdvisoryLock(orm: MikroORM, schema: string, work: () => Promise<void>): Promise<void> {
  return orm.em.fork().transactional(async (em) => {
    await em.execute(`set local lock_timeout = ${MAX_LOCK_WAIT_MS}`);
    await em.execute('set local idle_in_transaction_session_timeout = 0');
    await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`tiffin-migrate:${schema}`]);
    await work();
  });
}
