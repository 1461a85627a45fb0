import { isId } from '@tiffin/lib/errors/invalid-argument';
import { findCategories } from '../data/category-store.ts';
import type { Category } from './category.ts';
import type { GoodsDeps } from './deps.ts';

/** One answer for each id, in the order of the ids; undefined where there is no such category. */
export async function batchGetCategories(
  deps: GoodsDeps,
  ids: readonly string[],
): Promise<(Category | undefined)[]> {
  const knowable = [...new Set(ids.filter(isId))];
  if (knowable.length === 0) return ids.map(() => undefined);
  const found = await findCategories(deps.database, knowable);
  const byId = new Map(found.map((category) => [category.id, category]));
  return ids.map((id) => byId.get(id));
}
