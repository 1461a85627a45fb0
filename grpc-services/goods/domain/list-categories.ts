import { type Page, toPage } from '@tiffin/lib/paging/page';
import { findCategoriesByName } from '../data/category-store.ts';
import type { Category } from './category.ts';
import type { GoodsDeps } from './deps.ts';

/** Categories by name, from the one behind `after`. */
export async function listCategories(
  deps: GoodsDeps,
  { first, after }: { readonly first: number; readonly after: Category | undefined },
): Promise<Page<Category>> {
  return toPage(await findCategoriesByName(deps.database, after, first + 1), first);
}
