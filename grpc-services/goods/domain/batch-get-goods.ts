import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import { findGoods } from '../data/goods-store.ts';
import type { GoodsDeps } from './deps.ts';
import type { Goods } from './goods.ts';

/** One answer for each id, in the order of the ids; undefined where there are no such goods. */
export function batchGetGoods(
  { database }: GoodsDeps,
  ids: readonly string[],
): Promise<(Goods | undefined)[]> {
  return findByIds(ids, (possible) => findGoods(database, possible));
}
