import type { Cache, CacheReader } from '@tiffin/lib/cache/cache';
import type { CachedKind } from '@tiffin/lib/cache/cached-kind';
import type { Database } from '@tiffin/lib/engines/database';
import { Shop as ShopMessage, ShopStatus } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { shopKey } from './keys.ts';
import type { Shop } from './shop-entity.ts';
import { findShops } from './shop-store.ts';

/** Where cached rows come from. */
export interface CachedDatabase {
  readonly cache: Pick<Cache, 'find'>;
  readonly database: Database;
}

export const cachedShop: CachedKind<Shop> = {
  name: 'shop',
  key: shopKey,
  codec: {
    version: 1,
    encode({ status, ratingHundredths, reviewCount, ...shop }) {
      const rating = { averageHundredths: ratingHundredths, reviewCount };
      return ShopMessage.encode({ ...shop, status: ShopStatus[status], rating }).finish();
    },
    decode(bytes) {
      const { status, rating, ...shop } = ShopMessage.decode(bytes);
      if (!rating || status === ShopStatus.UNSPECIFIED)
        throw new Error('A shop has a rating and is open or closed.');
      return {
        ...shop,
        status: status === ShopStatus.OPEN ? 'OPEN' : 'CLOSED',
        ratingHundredths: rating.averageHundredths,
        reviewCount: rating.reviewCount,
      };
    },
  },
};

/** The shops that exist among the ids. */
export function findCachedShops(
  { cache, database }: CachedDatabase,
  ids: readonly string[],
  reader: CacheReader,
): Promise<ReadonlyMap<string, Shop>> {
  return cache.find(cachedShop, ids, reader, (missing) => loadShops(database, missing));
}

export async function loadShops(database: Database, ids: readonly string[]): Promise<Map<string, Shop>> {
  return new Map((await findShops(database, ids)).map((shop) => [shop.id, shop]));
}
