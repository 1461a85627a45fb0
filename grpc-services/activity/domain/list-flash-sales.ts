import { type Page, toPage } from '@tiffin/lib/paging/page';
import { type FlashSalePosition, findRunningAndUpcoming } from '../data/flash-sale-store.ts';
import type { ActivityDeps } from './deps.ts';
import type { FlashSale } from './flash-sale.ts';

/** Flash sales that are not over, by their start, then by id, from behind `after` on. For everybody. */
export async function listFlashSales(
  { database, clock }: Pick<ActivityDeps, 'database' | 'clock'>,
  { first, after }: { readonly first: number; readonly after: FlashSalePosition | undefined },
): Promise<Page<FlashSale>> {
  return toPage(await findRunningAndUpcoming(database, clock.now(), first + 1, after), first);
}
