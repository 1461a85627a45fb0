import { type WarmKind, warmKind } from '@tiffin/lib/cache/hot/warm-up';
import type { Database } from '@tiffin/lib/engines/database';
import { cachedReviews, loadReviews } from './review-cache.ts';
import { cachedShop, loadShops } from './shop-cache.ts';
import { cachedShopList, loadShopLists } from './shop-list-cache.ts';

/** What a process reads before it turns ready. */
export function warmKinds(database: Database): WarmKind[] {
  return [
    warmShops(database),
    warmKind(cachedShopList, (listIds) => loadShopLists(database, listIds)),
    warmKind(cachedReviews, (shopIds) => loadReviews(database, shopIds)),
  ];
}

/** Shops by id. */
export const warmShops = (database: Database): WarmKind =>
  warmKind(cachedShop, (ids) => loadShops(database, ids));
