import type { CacheReader } from '@tiffin/lib/cache/cache';
import type { CachedKind } from '@tiffin/lib/cache/cached-kind';
import type { Database } from '@tiffin/lib/engines/database';
import type { Page } from '@tiffin/lib/paging/page';
import { ShopList } from '@tiffin/proto/gen/tiffin/shop/v1/shop_cache';
import { type ShopFilter, shopFilterOf, shopListId, shopListKey } from './keys.ts';
import { type CachedDatabase, findCachedShops } from './shop-cache.ts';
import type { Shop } from './shop-entity.ts';
import { findFirstShops } from './shop-store.ts';

/** The ids of the first shops of a filter. The shops are kept once, under their own keys. */
export const cachedShopList: CachedKind<ShopList> = {
  name: 'shopList',
  key: shopListKey,
  codec: {
    version: 1,
    encode: (list) => ShopList.encode(list).finish(),
    decode: (bytes) => ShopList.decode(bytes),
  },
};

/**
 * The first shops of a filter by rating. A statement for a list that is kept nowhere reads the shops of the page too:
 * those are answered as they were read, and cached by whoever finds the list.
 */
export async function findCachedShopPage(
  from: CachedDatabase,
  filter: ShopFilter,
  first: number,
  reader: CacheReader,
): Promise<Page<Shop>> {
  const listId = shopListId(filter);
  let read: readonly Shop[] | undefined;
  const lists = await from.cache.find(cachedShopList, [listId], reader, async () => {
    const found = await findFirstShops(from.database, filter, first);
    read = found.shops;
    return listOf(listId, found.shopIds);
  });
  const shopIds = lists.get(listId)?.shopIds ?? [];
  const shops = read ?? [...(await findCachedShops(from, shopIds.slice(0, first), reader)).values()];
  return {
    // Shops may be newer than the list: one that left it is left out, and all stand where they belong by now.
    items: shops.filter((shop) => isListed(shop, filter)).sort(byRating),
    hasNextPage: shopIds.length > first,
  };
}

/** The lists of these names, without empty ones: for as long as they are empty they are forgotten after a minute. */
export async function loadShopLists(
  database: Database,
  listIds: readonly string[],
): Promise<Map<string, ShopList>> {
  const lists = new Map<string, ShopList>();
  for (const listId of listIds) {
    const { shopIds } = await findFirstShops(database, shopFilterOf(listId), 0);
    for (const [id, list] of listOf(listId, shopIds)) lists.set(id, list);
  }
  return lists;
}

function listOf(listId: string, shopIds: string[]): Map<string, ShopList> {
  return new Map(shopIds.length > 0 ? [[listId, { shopIds }]] : []);
}

function isListed(shop: Shop, { categoryId = shop.categoryId, area = shop.area }: ShopFilter): boolean {
  return shop.categoryId === categoryId && shop.area === area;
}

/** As `findShopsByRating` sorts. Ids are positive and have no leading zeros. */
function byRating(one: Shop, other: Shop): number {
  return (
    other.ratingHundredths - one.ratingHundredths ||
    one.id.length - other.id.length ||
    (one.id < other.id ? -1 : 1)
  );
}
