import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findFlashSales } from '../data/flash-sale-store.ts';
import { moveUnits } from '../data/move-units.ts';
import type { ActivityDeps } from './deps.ts';
import { type FlashSale, maxStockUnits } from './flash-sale.ts';

export interface FlashSaleStockAdjustment {
  readonly flashSaleId: string;
  /** Units, not zero. */
  readonly delta: number;
  readonly reason: string;
}

/**
 * Adds units to a flash sale, or takes away some that nobody has claimed, and writes why into the ledger.
 * @throws AppError FLASH_SALE_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN; SOLD_OUT where fewer are left than are to go;
 *   INVALID_ARGUMENT above the largest stock.
 */
export async function adjustFlashSaleStock(
  { database, clock }: ActivityDeps,
  { identity }: CallContext,
  adjustment: FlashSaleStockAdjustment,
  effect: Effect<FlashSale>,
): Promise<FlashSale> {
  requireRole(identity, 'ADMIN');
  const actorId = identity.kind === 'user' ? identity.userId : undefined;
  const move = { ...adjustment, actorId, atMs: clock.now() };
  const moved = await effect((em) => moveUnits(em, move, maxStockUnits));
  if (moved) return moved;
  const { flashSaleId, delta } = adjustment;
  const [sale] = await findFlashSales(database, [flashSaleId]);
  if (!sale) throw new AppError('FLASH_SALE_NOT_FOUND', { flashSaleId });
  if (delta < 0) throw new AppError('SOLD_OUT', { flashSaleId });
  const expected = `must not raise the stock above ${maxStockUnits}`;
  throw new AppError('INVALID_ARGUMENT', { violations: [{ field: 'delta', expected }] });
}
