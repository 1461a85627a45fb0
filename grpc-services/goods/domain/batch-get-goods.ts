import { isId } from '@tiffin/lib/errors/invalid-argument';
import { findGoods } from '../data/goods-store.ts';
import type { GoodsDeps } from './deps.ts';
import type { Goods } from './goods.ts';

/** One answer for each id, in the order of the ids; undefined where there are no such goods. */
export async function batchGetGoods(deps: GoodsDeps, ids: readonly string[]): Promise<(Goods | undefined)[]> {
  const knowable = [...new Set(ids.filter(isId))];
  if (knowable.length === 0) return ids.map(() => undefined);
  const found = await findGoods(deps.database, knowable);
  const byId = new Map(found.map((goods) => [goods.id, goods]));
  return ids.map((id) => byId.get(id));
}
