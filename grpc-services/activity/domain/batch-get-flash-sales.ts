import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import { findFlashSales } from '../data/flash-sale-store.ts';
import type { ActivityDeps } from './deps.ts';
import type { FlashSale } from './flash-sale.ts';

/** One answer for each id, in the order of the ids; undefined where there is no such flash sale. For everybody. */
export function batchGetFlashSales(
  { database }: Pick<ActivityDeps, 'database'>,
  ids: readonly string[],
): Promise<(FlashSale | undefined)[]> {
  return findByIds(ids, (possible) => findFlashSales(database, possible));
}
