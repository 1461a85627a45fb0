import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findCachedGoods } from '../data/goods-cache.ts';
import type { GoodsDeps } from './deps.ts';
import type { Goods } from './goods.ts';

/** One answer for each id, in the order of the ids; undefined where there are no such goods. */
export function batchGetGoods(
  deps: GoodsDeps,
  context: CallContext,
  ids: readonly string[],
): Promise<(Goods | undefined)[]> {
  return findByIds(ids, async (possible) => [...(await findCachedGoods(deps, possible, context)).values()]);
}
