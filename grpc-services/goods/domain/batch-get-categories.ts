import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findCachedCategories } from '../data/category-cache.ts';
import type { Category } from './category.ts';
import type { GoodsDeps } from './deps.ts';

/** One answer for each id, in the order of the ids; undefined where there is no such category. */
export function batchGetCategories(
  deps: GoodsDeps,
  context: CallContext,
  ids: readonly string[],
): Promise<(Category | undefined)[]> {
  return findByIds(ids, async (possible) => [
    ...(await findCachedCategories(deps, possible, context)).values(),
  ]);
}
