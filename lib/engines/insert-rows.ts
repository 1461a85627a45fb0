import type { EntityManager, EntityName, RequiredEntityData } from '@mikro-orm/postgresql';

/** Rows of one statement: a few hundred kilobytes of text. More of them would not be faster. */
const maxRowsPerStatement = 1_000;

/**
 * Inserts many rows by few statements, each of one parameter, several times faster than the ORM's own `insertMany`.
 * Every row has the properties of the first; `inserted` is told of each statement's rows.
 */
export async function insertRows<Entity extends object>(
  em: EntityManager,
  entity: EntityName<Entity>,
  rows: readonly RequiredEntityData<Entity>[],
  inserted: (rowCount: number) => void = () => {},
): Promise<void> {
  const { schema, tableName, props } = em.getMetadata(entity);
  const named = props.filter(({ name }) => Object.hasOwn(rows[0] ?? {}, name));
  const columns = named.map(({ fieldNames }) => `"${fieldNames[0]}"`).join(', ');
  const properties = named.map(({ name }) => `"${name}"`).join(', ');
  const types = named.map(({ name, columnTypes }) => `"${name}" ${columnTypes[0]}`).join(', ');
  const sql = `insert into "${schema}"."${tableName}" (${columns})
    select ${properties} from jsonb_to_recordset(?::jsonb) as given (${types})`;
  for (let start = 0; start < rows.length; start += maxRowsPerStatement) {
    const some = rows.slice(start, start + maxRowsPerStatement);
    await em.execute(sql, [JSON.stringify(some)]);
    inserted(some.length);
  }
  // A server would come to it by itself; the embedded engine never does, and plans badly without.
  await em.execute(`analyze "${schema}"."${tableName}"`);
}
