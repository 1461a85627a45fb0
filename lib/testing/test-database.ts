import { type Database, type DatabaseOptions, openDatabase } from '../engines/database.ts';
import { openEmbeddedPostgres } from '../engines/embedded-postgres.ts';
import { emptyCluster } from './empty-cluster.ts';

/** The tables of one test file. */
export interface TestDatabase {
  readonly database: Database;
  /** Every statement outside of a transaction, in order; tests empty it. */
  readonly statements: string[];
  stop(): Promise<void>;
}

/** Opens and migrates a schema: in memory, or on the server of `url`. */
export async function openTestDatabase(
  schema: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations' | 'onStaleKeys'>,
  engine?: Pick<DatabaseOptions, 'url' | 'poolSize' | 'connectTimeoutMs'>,
): Promise<TestDatabase> {
  const embedded = engine ? undefined : await openEmbeddedPostgres({ emptyCluster: await emptyCluster() });
  const opened = await openDatabase({ ...schema, ...engine, embedded });
  const statements: string[] = [];
  const database: Database = {
    ...opened,
    query(sql, parameters) {
      statements.push(sql);
      return opened.query(sql, parameters);
    },
  };
  return {
    database,
    statements,
    async stop() {
      await opened.close();
      await embedded?.close();
    },
  };
}
