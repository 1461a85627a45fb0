import { type EntityManager, MikroORM, type Options, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { type Clock, systemClock } from '../clock/clock.ts';
import { isMissingPrivilege } from './database-errors.ts';
import type { EmbeddedPostgres } from './embedded-postgres.ts';
import { MIGRATION_CONNECTIONS, type MigrationList, migrate } from './migrate.ts';
import { checkPostgresUrl, explainPostgresFailure } from './postgres-connection.ts';
import { guardSession, type SessionClient } from './session-guard.ts';
import { createStaleKeyNotices, type Notice, type StaleKeyListener } from './stale-key-notices.ts';

export interface DatabaseOptions {
  /** The service's schema and, in pg_stat_activity, its name. A lower-case identifier. */
  schema: string;
  entities: NonNullable<Options['entities']>;
  /** Migration classes in the order they run. Their SQL names the schema of every table. */
  migrations: MigrationList;
  /** A PostgreSQL server; either this or `embedded`. */
  url?: string | undefined;
  /** The environment variable that `url` came from, for error sentences. Default `DATABASE_URL`. */
  urlVariable?: string;
  embedded?: EmbeddedPostgres | undefined;
  /** Connections to a server. Default 10. */
  poolSize?: number;
  /** A server stops a statement after this. Default 300 ms. The embedded engine cannot. */
  statementTimeoutMs?: number;
  /** Longest wait for a connection, new or from the pool. Default 2,000 ms. */
  connectTimeoutMs?: number;
  clock?: Clock;
  /**
   * Told the keys that triggers marked as stale (see `staleKeySqlState`), distinct, after their transaction or statement
   * has committed; who sent that waits for it. It uses no SQL: on the embedded engine the session is still taken.
   */
  onStaleKeys?: (keys: readonly string[]) => Promise<void>;
  /** Told of lost connections and failed rollbacks. */
  warn?: (message: string) => void;
}

/** How long a caller still waits. A `CallContext` is one. */
export interface WorkBudget {
  /** Epoch milliseconds. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** A service's tables, the same on both engines. */
export interface Database {
  readonly engine: 'embedded' | 'postgres';
  readonly schema: string;
  /** An EntityManager of one's own, for reads outside of a transaction. */
  fork(): EntityManager;
  /**
   * Runs `work` in a transaction, flushes and commits; any throw rolls back. Past the deadline nothing is committed:
   * `TransactionTimeout`, or the signal's reason.
   *
   * `work` uses only the EntityManager it is given, and awaits nothing but SQL: no rpc, Redis or Kafka call. The
   * embedded engine is one session, so everybody waits for an open transaction, and a read through another
   * EntityManager inside of it would wait for itself (until `SessionBusy`).
   */
  transaction<T>(work: (em: EntityManager) => Promise<T>, budget?: WorkBudget): Promise<T>;
  /** One statement outside of a transaction, `?` for parameters, tables named with their schema. */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The caller's deadline passed before the commit; nothing was written. */
export class TransactionTimeout extends Error {
  override readonly name = 'TransactionTimeout';
}

const IDLE_IN_TRANSACTION_MS = 10_000;

/**
 * Opens a service's database on the engine that the options choose, and migrates it. Throws `PostgresUnavailable`
 * with one sentence when a server cannot be used.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { schema, entities, migrations, url, embedded, urlVariable = 'DATABASE_URL' } = options;
  if (!/^[a-z][a-z0-9_]*$/.test(schema))
    throw new Error(`The schema name "${schema}" is no lower-case identifier.`);
  if ((url === undefined) === (embedded === undefined)) {
    throw new Error('A database needs either a url or the embedded engine.');
  }
  if (url !== undefined) checkPostgresUrl(url, urlVariable);
  const explain = (error: unknown) =>
    url === undefined ? error : explainPostgresFailure(error, url, urlVariable);
  const { poolSize = 10, statementTimeoutMs = 300 } = options;
  const orm = await MikroORM.init({ ...connection(options, poolSize, statementTimeoutMs), schema, entities });
  try {
    const database = createDatabase(orm, options);
    await database.ping().catch((error) => {
      throw explain(error);
    });
    await migrate({
      connection: connection(options, MIGRATION_CONNECTIONS, 0),
      schema,
      migrations,
      shared: url !== undefined,
    });
    return database;
  } catch (error) {
    await orm.close();
    throw isMissingPrivilege(error) ? explain(error) : error;
  }
}

function createDatabase(orm: MikroORM, { schema, embedded, clock = systemClock }: DatabaseOptions): Database {
  async function query<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return orm.em.getConnection().execute<Row[]>(sql, [...parameters]);
  }
  return {
    engine: embedded ? 'embedded' : 'postgres',
    schema,
    fork: () => orm.em.fork(),
    transaction(work, { deadlineMs = Number.POSITIVE_INFINITY, signal } = {}) {
      const checkBudget = () => {
        signal?.throwIfAborted();
        if (clock.now() >= deadlineMs) throw new TransactionTimeout('The deadline passed before the commit.');
      };
      const run = async (em: EntityManager) => {
        checkBudget();
        const result = await work(em);
        await em.flush();
        checkBudget();
        return result;
      };
      return orm.em.fork().transactional(run, signal && { signal });
    },
    query,
    async ping() {
      await query('select 1');
    },
    close: () => orm.close(),
  };
}

function connection(options: DatabaseOptions, poolSize: number, statementTimeoutMs: number): Options {
  const { url, embedded, warn } = options;
  return {
    driver: PostgreSqlDriver,
    // Only a name here: the URL chooses the database of a server.
    dbName: (url && decodeURIComponent(new URL(url).pathname.slice(1))) || 'embedded',
    driverOptions: embedded
      ? () => embedded.dialect(listenerOf(options))
      : serverSettings(options, poolSize, statementTimeoutMs),
    ensureDatabase: false,
    discovery: { warnWhenNoEntities: false },
    colors: false,
    logger: warn ?? (() => {}),
  };
}

const listenerOf = ({ onStaleKeys, warn }: DatabaseOptions): StaleKeyListener | undefined =>
  onStaleKeys && { onStaleKeys, warn };

/** A client of `pg`, as far as we know it. */
interface PgClient extends SessionClient {
  on(event: 'notice', listener: (notice: Notice) => void): void;
}

function serverSettings(
  options: DatabaseOptions,
  poolSize: number,
  statementTimeoutMs: number,
): NonNullable<Options['driverOptions']> {
  const { schema, url, connectTimeoutMs = 2_000 } = options;
  const listener = listenerOf(options);
  return {
    connectionString: url,
    application_name: `tiffin-${schema}`,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    // A server, database or user may be set to send none.
    ...(listener && { options: '-c client_min_messages=notice' }),
    onPoolCreated(pool: { on(event: 'connect', connected: (client: PgClient) => void): void }) {
      pool.on('connect', (client) => {
        const staleKeys = listener && createStaleKeyNotices(listener);
        if (staleKeys) client.on('notice', staleKeys.heard);
        guardSession(client, staleKeys);
      });
    },
  };
}
