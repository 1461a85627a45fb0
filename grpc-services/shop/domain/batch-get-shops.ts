import { isId } from '@tiffin/lib/errors/invalid-argument';
import { findShops } from '../data/shop-store.ts';
import type { ShopDeps } from './deps.ts';
import type { Shop } from './shop.ts';

/** One answer for each id, in the order of the ids; undefined where there is no such shop. */
export async function batchGetShops(
  { database }: ShopDeps,
  ids: readonly string[],
): Promise<(Shop | undefined)[]> {
  const knowable = [...new Set(ids.filter(isId))];
  if (knowable.length === 0) return ids.map(() => undefined);
  const found = new Map((await findShops(database, knowable)).map((shop) => [shop.id, shop]));
  return ids.map((id) => found.get(id));
}
