import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import type { Category } from './category-entity.ts';

/** The categories that exist among the ids, in no order. */
export function findCategories(database: Database, ids: readonly string[]): Promise<Category[]> {
  const sql = 'select id, name from goods.category where id = any(?::bigint[])';
  return database.query<Category>(sql, [bigintArray(ids)]);
}

/** Categories by name and id, from the one behind `after`. */
export function findCategoriesByName(
  database: Database,
  after: Category | undefined,
  maxItems: number,
): Promise<Category[]> {
  const sql = 'select id, name from goods.category where (name, id) > (?, ?) order by name, id limit ?';
  // The empty text is before all names.
  return database.query<Category>(sql, [after?.name ?? '', after?.id ?? '0', maxItems]);
}
