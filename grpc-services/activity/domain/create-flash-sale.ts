import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { insertFlashSale } from '../data/flash-sale-store.ts';
import { moveUnits } from '../data/move-units.ts';
import type { ActivityDeps } from './deps.ts';
import { type FlashSale, type FlashSaleFields, maxStockUnits, newFlashSale } from './flash-sale.ts';
import { shopOfGoods } from './flash-sale-goods.ts';

/**
 * Creates a flash sale with its stock, which is the first entry of its ledger.
 * @throws AppError GOODS_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN; INVALID_ARGUMENT for a price in another currency.
 */
export async function createFlashSale(
  deps: ActivityDeps,
  context: CallContext,
  { fields, stock }: { readonly fields: FlashSaleFields; readonly stock: number },
  effect: Effect<FlashSale>,
): Promise<FlashSale> {
  const { identity } = context;
  requireRole(identity, 'ADMIN');
  const shopId = await shopOfGoods(deps, context, fields);
  const sale = newFlashSale(String(await deps.ids.nextId()), shopId, fields);
  const actorId = identity.kind === 'user' ? identity.userId : undefined;
  return effect(async (em) => {
    await insertFlashSale(em, sale);
    const move = {
      flashSaleId: sale.id,
      delta: stock,
      reason: 'First stock',
      actorId,
      atMs: deps.clock.now(),
    };
    const stocked = await moveUnits(em, move, maxStockUnits);
    if (!stocked) throw new Error('The door lets no such stock pass.');
    return stocked;
  });
}
