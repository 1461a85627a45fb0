import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { ActivityDeps } from './deps.ts';
import { endedFlashSale, type FlashSale } from './flash-sale.ts';
import { changeLockedFlashSale } from './locked-flash-sale.ts';

/**
 * Ends a flash sale, also before its start: nobody joins it from now on, and whoever is in its queue keeps the place.
 * Idempotent.
 * @throws AppError FLASH_SALE_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
 */
export function endFlashSale(
  { clock }: ActivityDeps,
  context: CallContext,
  flashSaleId: string,
  effect: Effect<FlashSale>,
): Promise<FlashSale> {
  const transition = (sale: FlashSale) => endedFlashSale(sale, clock.now());
  return changeLockedFlashSale(context, flashSaleId, transition, effect);
}
