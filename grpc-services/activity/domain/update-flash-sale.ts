import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findFlashSales } from '../data/flash-sale-store.ts';
import type { ActivityDeps } from './deps.ts';
import { changedFlashSale, type FlashSale, type FlashSaleFields } from './flash-sale.ts';
import { shopOfGoods } from './flash-sale-goods.ts';
import { changeLockedFlashSale } from './locked-flash-sale.ts';

export interface FlashSaleUpdate {
  readonly flashSaleId: string;
  /** The version that the caller read. */
  readonly version: number;
  readonly fields: FlashSaleFields;
}

/**
 * Changes a flash sale that has not started and still is as the caller read it. Its stock stays, and one that was ended
 * stays ended.
 * @throws AppError FLASH_SALE_NOT_FOUND, FLASH_SALE_STARTED, VERSION_CONFLICT, GOODS_NOT_FOUND, UNAUTHENTICATED,
 *   FORBIDDEN; INVALID_ARGUMENT for a price in another currency than that of the goods.
 */
export async function updateFlashSale(
  deps: ActivityDeps,
  context: CallContext,
  { flashSaleId, version, fields }: FlashSaleUpdate,
  effect: Effect<FlashSale>,
): Promise<FlashSale> {
  requireRole(context.identity, 'ADMIN');
  const [found] = await findFlashSales(deps.database, [flashSaleId]);
  if (!found) throw new AppError('FLASH_SALE_NOT_FOUND', { flashSaleId });
  const shopId = await shopOfGoods(deps, context, fields);
  const transition = (sale: FlashSale) =>
    changedFlashSale(sale, version, { ...fields, shopId }, deps.clock.now());
  return changeLockedFlashSale(context, flashSaleId, transition, effect);
}
