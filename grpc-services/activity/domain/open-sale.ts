import { AppError } from '@tiffin/lib/errors/app-error';
import { endOf, type FlashSale } from './flash-sale.ts';
import type { JoinDeps } from './join-deps.ts';

/**
 * The flash sale, which runs now as far as this process knows.
 * @throws AppError FLASH_SALE_NOT_FOUND, NOT_STARTED, ENDED.
 */
export async function openSale(
  { board, clock }: Pick<JoinDeps, 'board' | 'clock'>,
  flashSaleId: string,
): Promise<FlashSale> {
  const known = board.find(flashSaleId);
  const sale = known instanceof Promise ? await known : known;
  if (!sale) throw new AppError('FLASH_SALE_NOT_FOUND', { flashSaleId });
  const nowMs = clock.now();
  if (endOf(sale).getTime() <= nowMs) throw new AppError('ENDED', { flashSaleId });
  if (sale.startsAt.getTime() > nowMs) throw new AppError('NOT_STARTED', { startsAt: sale.startsAt });
  return sale;
}
