import type { Page } from '@tiffin/lib/paging/page';
import type { ParentPage } from '@tiffin/lib/paging/parent-pages';
import { findShopGoods } from '../data/goods-store.ts';
import type { GoodsDeps } from './deps.ts';
import type { Goods } from './goods.ts';

/** One page of a shop's goods for each request, in their order; empty for a shop without goods. Oldest goods first. */
export async function batchListShopGoods(
  { database }: GoodsDeps,
  pages: readonly ParentPage[],
): Promise<Page<Goods>[]> {
  return pages.length === 0 ? [] : findShopGoods(database, pages);
}
