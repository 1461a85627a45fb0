import { MikroORM } from '@mikro-orm/postgresql';

/** All services' databases, which are one here: a statement sees all of them at one moment, and may write. */
export interface Books {
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function openBooks(url: string): Promise<Books> {
  const orm = await MikroORM.init({
    dbName: new URL(url).pathname.slice(1),
    driverOptions: { connectionString: url, max: 2, connectionTimeoutMillis: 10_000 },
    entities: [],
    discovery: { warnWhenNoEntities: false },
    ensureDatabase: false,
  });
  return {
    query: <Row extends object>(sql: string, parameters: readonly unknown[] = []) =>
      orm.em.getConnection().execute<Row[]>(sql, [...parameters]),
    close: () => orm.close(),
  };
}
