import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findCachedShops } from '../data/shop-cache.ts';
import type { ShopDeps } from './deps.ts';
import type { Shop } from './shop.ts';

/** One answer for each id, in the order of the ids; undefined where there is no such shop. */
export function batchGetShops(
  deps: ShopDeps,
  context: CallContext,
  ids: readonly string[],
): Promise<(Shop | undefined)[]> {
  return findByIds(ids, async (possible) => [...(await findCachedShops(deps, possible, context)).values()]);
}
