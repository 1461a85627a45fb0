import { Migration } from '@mikro-orm/migrations';
import type { Database, DatabaseOptions } from '../../engines/database.ts';
import type { CachedKind, LoadValues } from '../cached-kind.ts';
import { staleKeysSql } from '../stale-keys.ts';

/** What the tests of stale keys cache. */
export interface Jar {
  readonly id: string;
  readonly jam: string;
}

class CreateJars extends Migration {
  override up(): void {
    for (const sql of staleKeysSql('pantry')) this.addSql(sql);
    this.addSql('create table pantry.jar (id int primary key, jam text not null)');
    this.addSql(`create function pantry.jar_changed() returns trigger language plpgsql as $$
      begin
        perform pantry.mark_stale('pj:' || coalesce(new.id, old.id));
        return null;
      end $$`);
    this.addSql(`create trigger jar_changed after insert or update or delete on pantry.jar
      for each row execute function pantry.jar_changed()`);
  }
}

/** A cached table, and what marks its keys as stale. */
export const pantrySchema: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations'> = {
  schema: 'pantry',
  entities: [],
  migrations: [CreateJars],
};

export const jarKind: CachedKind<Jar> = {
  name: 'jar',
  key: (id) => `pj:${id}`,
  codec: {
    version: 1,
    encode: (jar) => Buffer.from(JSON.stringify(jar)),
    decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Jar,
  },
};

export const loadJars =
  (database: Pick<Database, 'query'>): LoadValues<Jar> =>
  async (ids) => {
    const jars = await database.query<Jar>(
      `select id::text, jam from pantry.jar where id in (${ids.map(() => '?').join()})`,
      ids,
    );
    return new Map(jars.map((jar) => [jar.id, jar]));
  };

/** Marks that wait for the sweeper. */
export async function countMarks(database: Pick<Database, 'query'>): Promise<number> {
  const [row] = await database.query<{ marks: string }>('select count(*) as marks from pantry.stale_key');
  return Number(row?.marks);
}
