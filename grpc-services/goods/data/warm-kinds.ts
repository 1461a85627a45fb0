import { type WarmKind, warmKind } from '@tiffin/lib/cache/hot/warm-up';
import type { Database } from '@tiffin/lib/engines/database';
import { cachedCategory, cachedCategoryList, loadCategories, loadCategoryLists } from './category-cache.ts';
import { cachedGoods, loadGoods } from './goods-cache.ts';
import { findFirstShopGoods } from './goods-store.ts';
import { cachedShopGoods } from './shop-goods-cache.ts';

/** What a process reads before it turns ready. */
export function warmKinds(database: Database): WarmKind[] {
  return [
    warmGoods(database),
    warmKind(cachedShopGoods, async (shopIds) => {
      const idsOnly = shopIds.map((shopId) => ({ shopId, first: 0 }));
      return (await findFirstShopGoods(database, idsOnly)).lists;
    }),
    warmKind(cachedCategory, (ids) => loadCategories(database, ids)),
    warmKind(cachedCategoryList, () => loadCategoryLists(database)),
  ];
}

/** Goods by id. */
export const warmGoods = (database: Database): WarmKind =>
  warmKind(cachedGoods, (ids) => loadGoods(database, ids));
