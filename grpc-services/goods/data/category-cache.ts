import type { CacheReader } from '@tiffin/lib/cache/cache';
import type { CachedKind } from '@tiffin/lib/cache/cached-kind';
import type { Database } from '@tiffin/lib/engines/database';
import { maxPageItems } from '@tiffin/lib/paging/check-page';
import { Category as CategoryMessage } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { CategoryList } from '@tiffin/proto/gen/tiffin/goods/v1/goods_cache';
import type { Category } from './category-entity.ts';
import { findCategories, findCategoriesByName } from './category-store.ts';
import type { CachedDatabase } from './goods-cache.ts';
import { categoryKey, categoryListKey } from './keys.ts';

export const cachedCategory: CachedKind<Category> = {
  name: 'category',
  key: categoryKey,
  codec: {
    version: 1,
    encode: (category) => CategoryMessage.encode(category).finish(),
    decode: (bytes) => CategoryMessage.decode(bytes),
  },
};

/** Whole categories and not their ids: whatever changes one of them changes the list. */
export const cachedCategoryList: CachedKind<CategoryList> = {
  name: 'categoryList',
  key: categoryListKey,
  codec: {
    version: 1,
    encode: (list) => CategoryList.encode(list).finish(),
    decode: (bytes) => CategoryList.decode(bytes),
  },
};

const wholeList = 'all';

/** The categories that exist among the ids. */
export function findCachedCategories(
  { cache, database }: CachedDatabase,
  ids: readonly string[],
  reader: CacheReader,
): Promise<ReadonlyMap<string, Category>> {
  return cache.find(cachedCategory, ids, reader, (missing) => loadCategories(database, missing));
}

/** The first categories by name: one more than the largest page holds, where there are so many. */
export async function findFirstCategories(
  { cache, database }: CachedDatabase,
  reader: CacheReader,
): Promise<readonly Category[]> {
  const lists = await cache.find(cachedCategoryList, [wholeList], reader, () => loadCategoryLists(database));
  return lists.get(wholeList)?.categories ?? [];
}

export async function loadCategories(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, Category>> {
  return new Map((await findCategories(database, ids)).map((category) => [category.id, category]));
}

/** None where there are no categories. */
export async function loadCategoryLists(database: Database): Promise<Map<string, CategoryList>> {
  const categories = await findCategoriesByName(database, undefined, maxPageItems + 1);
  return new Map(categories.length > 0 ? [[wholeList, { categories }]] : []);
}
