import { isId } from '@tiffin/lib/errors/invalid-argument';
import { type Page, toPage } from '@tiffin/lib/paging/page';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findCachedShopPage } from '../data/shop-list-cache.ts';
import { findShopsByRating, type ShopPosition } from '../data/shop-store.ts';
import type { ShopDeps } from './deps.ts';
import type { Shop } from './shop.ts';

/** Which page of which shops; an absent filter lets all through. */
export interface ShopListRequest {
  readonly categoryId: string | undefined;
  readonly area: string | undefined;
  readonly first: number;
  /** The page starts behind this place. */
  readonly after: ShopPosition | undefined;
}

/** Shops by rating, best first. A malformed category id is an unknown category: no shop has it. */
export async function listShops(
  deps: ShopDeps,
  context: CallContext,
  request: ShopListRequest,
): Promise<Page<Shop>> {
  const { categoryId, area, first, after } = request;
  if (categoryId !== undefined && !isId(categoryId)) return toPage([], first);
  if (!after) return findCachedShopPage(deps, { categoryId, area }, first, context);
  return toPage(
    await findShopsByRating(deps.database, { categoryId, area, after, maxItems: first + 1 }),
    first,
  );
}
