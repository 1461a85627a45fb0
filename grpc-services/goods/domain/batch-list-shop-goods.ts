import { joinPages } from '@tiffin/lib/paging/join-pages';
import type { Page } from '@tiffin/lib/paging/page';
import type { ParentPage } from '@tiffin/lib/paging/parent-pages';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findShopGoods } from '../data/goods-store.ts';
import { findCachedShopGoods, isFirstPage } from '../data/shop-goods-cache.ts';
import type { GoodsDeps } from './deps.ts';
import type { Goods } from './goods.ts';

/** One page of a shop's goods for each request, in their order; empty for a shop without goods. Oldest goods first. */
export function batchListShopGoods(
  deps: GoodsDeps,
  context: CallContext,
  pages: readonly ParentPage[],
): Promise<Page<Goods>[]> {
  return joinPages(
    pages,
    isFirstPage,
    (first) => findCachedShopGoods(deps, first, context),
    (later) => findShopGoods(deps.database, later),
  );
}
