import { type Page, toPage } from '@tiffin/lib/paging/page';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findFirstCategories } from '../data/category-cache.ts';
import { findCategoriesByName } from '../data/category-store.ts';
import type { Category } from './category.ts';
import type { GoodsDeps } from './deps.ts';

/** Categories by name, from the one behind `after`. */
export async function listCategories(
  deps: GoodsDeps,
  context: CallContext,
  { first, after }: { readonly first: number; readonly after: Category | undefined },
): Promise<Page<Category>> {
  const found = after
    ? await findCategoriesByName(deps.database, after, first + 1)
    : await findFirstCategories(deps, context);
  return toPage(found, first);
}
