import type { CacheReader } from '@tiffin/lib/cache/cache';
import type { CachedKind } from '@tiffin/lib/cache/cached-kind';
import { isId } from '@tiffin/lib/errors/invalid-argument';
import type { Page } from '@tiffin/lib/paging/page';
import type { ParentPage } from '@tiffin/lib/paging/parent-pages';
import { ShopGoodsList } from '@tiffin/proto/gen/tiffin/goods/v1/goods_cache';
import { type CachedDatabase, findCachedGoods } from './goods-cache.ts';
import type { Goods } from './goods-entity.ts';
import { findFirstShopGoods } from './goods-store.ts';
import { shopGoodsKey } from './keys.ts';

/** The ids of a shop's first goods. The goods are kept once, under their own keys. */
export const cachedShopGoods: CachedKind<ShopGoodsList> = {
  name: 'shopGoods',
  key: shopGoodsKey,
  codec: {
    version: 1,
    encode: (list) => ShopGoodsList.encode(list).finish(),
    decode: (bytes) => ShopGoodsList.decode(bytes),
  },
};

/** Whether a page is among those that `findCachedShopGoods` knows. */
export function isFirstPage({ parentId, afterId }: ParentPage): boolean {
  return afterId === undefined && isId(parentId);
}

/**
 * The first page of each shop, in the order of `pages`. A statement for lists that are kept nowhere reads the goods of
 * their pages too: those are answered as they were read, and cached by whoever finds the list.
 */
export async function findCachedShopGoods(
  from: CachedDatabase,
  pages: readonly ParentPage[],
  reader: CacheReader,
): Promise<Page<Goods>[]> {
  const firstOf = new Map<string, number>();
  for (const { parentId, first } of pages) firstOf.set(parentId, Math.max(first, firstOf.get(parentId) ?? 0));
  const read = new Map<string, Goods>();
  const lists = await from.cache.find(cachedShopGoods, [...firstOf.keys()], reader, async (shopIds) => {
    const found = await findFirstShopGoods(
      from.database,
      shopIds.map((shopId) => ({ shopId, first: firstOf.get(shopId) ?? 0 })),
    );
    for (const goods of found.goods) read.set(goods.id, goods);
    return found.lists;
  });
  const idsOf = ({ parentId, first }: ParentPage) => lists.get(parentId)?.goodsIds.slice(0, first) ?? [];
  const others = [...new Set(pages.flatMap(idsOf))].filter((id) => !read.has(id));
  const cached = others.length > 0 ? await findCachedGoods(from, others, reader) : undefined;
  return pages.map((page) => ({
    // Goods that are gone since their list was read are left out.
    items: idsOf(page).flatMap((id) => read.get(id) ?? cached?.get(id) ?? []),
    hasNextPage: (lists.get(page.parentId)?.goodsIds.length ?? 0) > page.first,
  }));
}
