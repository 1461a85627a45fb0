import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MikroORM, type Options, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { DataDirectoryOwned } from '@tiffin/lib/engines/owner-lock';
import { checkPostgresUrl, explainPostgresFailure } from '@tiffin/lib/engines/postgres-connection';
import { guardSession, type SessionClient } from '@tiffin/lib/engines/session-guard';
import type { ProcessConfig } from '@tiffin/lib/topology/process-config';
import { AuditRefused } from './audit-refused.ts';
import { type Audited, type AuditedDatabase, type AuditedService, auditedServices } from './audited.ts';

export interface OpenedDatabases {
  readonly databases: Audited['databases'];
  close(): Promise<void>;
}

type Server = NonNullable<ReturnType<ProcessConfig['databaseUrlOf']>>;

const connectTimeoutMs = 5_000;
const statementTimeoutMs = 60_000;

/**
 * The databases of all services, to read only: whatever tries to write fails. Unlike a service it creates and migrates
 * nothing.
 * @throws AuditRefused, PostgresUnavailable
 */
export async function openAuditedDatabases({
  databaseUrlOf,
  dataDir,
}: Pick<ProcessConfig, 'databaseUrlOf' | 'dataDir'>): Promise<OpenedDatabases> {
  const servers = new Map(auditedServices.map((service) => [service, databaseUrlOf(service)]));
  const without = auditedServices.find((service) => !servers.get(service));
  const embedded = without && (await openEmbedded(dataDir, without));
  const opened: Awaited<ReturnType<typeof openOne>>[] = [];
  const close = async () => {
    for (const one of opened) await one.close();
    await embedded?.close();
  };
  try {
    for (const service of auditedServices)
      opened.push(await openOne(service, servers.get(service), embedded));
  } catch (error) {
    await close();
    throw error;
  }
  const entries = opened.map(({ database }) => [database.schema, database]);
  return { databases: Object.fromEntries(entries) as Audited['databases'], close };
}

async function openEmbedded(dataDir: string, without: AuditedService): Promise<EmbeddedPostgres> {
  if (!existsSync(join(dataDir, 'postgres'))) {
    throw new AuditRefused(
      `Neither ${without.toUpperCase()}_DATABASE_URL nor DATABASE_URL is set, and ${dataDir} holds no embedded database: ` +
        'set one of them, or DATA_DIR to where the platform keeps its data.',
    );
  }
  return openEmbeddedPostgres({ dataDir }).catch((error) => {
    if (!(error instanceof DataDirectoryOwned)) throw error;
    throw new AuditRefused(
      `The embedded database in ${dataDir} belongs to the process that has it open: stop the platform, and audit then.`,
      { cause: error },
    );
  });
}

async function openOne(
  service: AuditedService,
  server: Server | undefined,
  embedded: EmbeddedPostgres | undefined,
): Promise<{ database: AuditedDatabase; close(): Promise<void> }> {
  if (server) checkPostgresUrl(server.url, server.variable);
  const orm = await MikroORM.init({
    driver: PostgreSqlDriver,
    // Only a name here: the URL chooses the database of a server.
    dbName: (server && decodeURIComponent(new URL(server.url).pathname.slice(1))) || 'embedded',
    driverOptions: server ? serverSettings(server) : () => embedded?.dialect(),
    entities: [],
    discovery: { warnWhenNoEntities: false },
    ensureDatabase: false,
    colors: false,
    logger: () => {},
  });
  const underWay = new Set<Promise<unknown>>();
  function watch<Result>(work: Promise<Result>): Promise<Result> {
    const done = () => underWay.delete(work);
    underWay.add(work);
    work.then(done, done);
    return work;
  }
  const query = <Row extends object>(sql: string, parameters: readonly unknown[] = []) =>
    watch(orm.em.getConnection().execute<Row[]>(sql, [...parameters]));
  try {
    // The embedded engine has one session; those of a server have been told as they began.
    await query(server ? 'select 1' : 'set default_transaction_read_only = on');
  } catch (error) {
    await orm.close();
    throw server ? explainPostgresFailure(error, server.url, server.variable) : error;
  }
  const transaction: AuditedDatabase['transaction'] = (work) => watch(orm.em.fork().transactional(work));
  return {
    database: { schema: service, query, transaction },
    async close() {
      // Where one of several reads failed the others go on; a pool that ends meanwhile never lets go of them.
      await Promise.allSettled(underWay);
      await orm.close();
    },
  };
}

function serverSettings({ url }: Server): NonNullable<Options['driverOptions']> {
  return {
    connectionString: url,
    application_name: 'tiffin-audit',
    max: 2,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    onPoolCreated(pool: { on(event: 'connect', listener: (client: SessionClient) => void): void }) {
      pool.on('connect', (client) => {
        guardSession(client);
        // Before any statement of ours: a client sends them in the order in which it was given them.
        client.query('set default_transaction_read_only = on').catch(() => client.end());
      });
    },
  };
}
