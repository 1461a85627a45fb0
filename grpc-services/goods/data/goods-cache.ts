import type { Cache, CacheReader } from '@tiffin/lib/cache/cache';
import type { CachedKind } from '@tiffin/lib/cache/cached-kind';
import type { Database } from '@tiffin/lib/engines/database';
import { Goods as GoodsMessage } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { Goods } from './goods-entity.ts';
import { findGoods } from './goods-store.ts';
import { goodsKey } from './keys.ts';

/** Where cached rows come from. */
export interface CachedDatabase {
  readonly cache: Pick<Cache, 'find'>;
  readonly database: Database;
}

export const cachedGoods: CachedKind<Goods> = {
  name: 'goods',
  key: goodsKey,
  codec: {
    version: 1,
    encode: (goods) => GoodsMessage.encode(goods).finish(),
    decode(bytes) {
      const { price, ...goods } = GoodsMessage.decode(bytes);
      if (!price) throw new Error('Goods without a price are none.');
      return { ...goods, price };
    },
  },
};

/** The goods that exist among the ids. */
export function findCachedGoods(
  { cache, database }: CachedDatabase,
  ids: readonly string[],
  reader: CacheReader,
): Promise<ReadonlyMap<string, Goods>> {
  return cache.find(cachedGoods, ids, reader, (missing) => loadGoods(database, missing));
}

export async function loadGoods(database: Database, ids: readonly string[]): Promise<Map<string, Goods>> {
  return new Map((await findGoods(database, ids)).map((goods) => [goods.id, goods]));
}
