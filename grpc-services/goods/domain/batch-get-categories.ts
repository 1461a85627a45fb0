import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import { findCategories } from '../data/category-store.ts';
import type { Category } from './category.ts';
import type { GoodsDeps } from './deps.ts';

/** One answer for each id, in the order of the ids; undefined where there is no such category. */
export function batchGetCategories(
  { database }: GoodsDeps,
  ids: readonly string[],
): Promise<(Category | undefined)[]> {
  return findByIds(ids, (possible) => findCategories(database, possible));
}
