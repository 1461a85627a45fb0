import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import { findShops } from '../data/shop-store.ts';
import type { ShopDeps } from './deps.ts';
import type { Shop } from './shop.ts';

/** One answer for each id, in the order of the ids; undefined where there is no such shop. */
export function batchGetShops({ database }: ShopDeps, ids: readonly string[]): Promise<(Shop | undefined)[]> {
  return findByIds(ids, (possible) => findShops(database, possible));
}
