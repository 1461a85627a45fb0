import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { deleteUnjoinedFlashSale, lockFlashSale } from '../data/flash-sale-store.ts';
import type { ActivityDeps } from './deps.ts';
import { type FlashSale, requireNotStarted } from './flash-sale.ts';

/**
 * Deletes a flash sale that has not started, with its ledger; resolves to what it was.
 * @throws AppError FLASH_SALE_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN; FLASH_SALE_STARTED also where somebody has joined it
 *   by the clock of another process.
 */
export async function deleteFlashSale(
  { clock }: ActivityDeps,
  { identity }: CallContext,
  flashSaleId: string,
  effect: Effect<FlashSale>,
): Promise<FlashSale> {
  requireRole(identity, 'ADMIN');
  return effect(async (em) => {
    const sale = await lockFlashSale(em, flashSaleId);
    if (!sale) throw new AppError('FLASH_SALE_NOT_FOUND', { flashSaleId });
    requireNotStarted(sale, clock.now());
    if (!(await deleteUnjoinedFlashSale(em, flashSaleId))) {
      throw new AppError('FLASH_SALE_STARTED', { flashSaleId });
    }
    return sale;
  });
}
