import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { lockFlashSale, saveFlashSale } from '../data/flash-sale-store.ts';
import type { FlashSale } from './flash-sale.ts';

/**
 * Takes a flash sale through a transition of the aggregate. One that changes nothing writes nothing. No unit is claimed
 * between the look and the write.
 * @throws AppError FLASH_SALE_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN; what the transition throws.
 */
export async function changeLockedFlashSale(
  { identity }: CallContext,
  flashSaleId: string,
  transition: (sale: FlashSale) => FlashSale,
  effect: Effect<FlashSale>,
): Promise<FlashSale> {
  requireRole(identity, 'ADMIN');
  return effect(async (em) => {
    const sale = await lockFlashSale(em, flashSaleId);
    if (!sale) throw new AppError('FLASH_SALE_NOT_FOUND', { flashSaleId });
    const changed = transition(sale);
    if (changed !== sale) await saveFlashSale(em, changed);
    return changed;
  });
}
