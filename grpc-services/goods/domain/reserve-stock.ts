import { AppError } from '@tiffin/lib/errors/app-error';
import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { freezeStock, type StockItem } from '../data/freeze-stock.ts';
import { findGoods } from '../data/goods-store.ts';
import type { GoodsDeps } from './deps.ts';

export type { StockItem } from '../data/freeze-stock.ts';

export const maxItemsOfOrder = 50;
export const maxUnitsOfItem = 1_000;

/**
 * The stock's try: freezes the units of an order, all or none; what the same order froze before stays as it is. Goods
 * stand in the items once.
 * @throws AppError GOODS_NOT_FOUND; OUT_OF_STOCK for the first item that is short; TRANSACTION_ENDED for an order whose
 *   stock was released already; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function reserveStock(
  { database, clock, branches }: GoodsDeps,
  context: CallContext,
  orderId: string,
  items: readonly StockItem[],
): Promise<void> {
  requireService(context.identity);
  try {
    await branches.try(orderId, context, async (em) => {
      if (!(await freezeStock(em, orderId, items, clock.now()))) throw new TooFewUnits();
    });
  } catch (error) {
    if (!(error instanceof TooFewUnits)) throw error;
    // Behind the rollback: nobody waits for what only words the refusal.
    const goods = await findGoods(
      database,
      items.map(({ goodsId }) => goodsId),
    );
    throw refusal(items, new Map(goods.map(({ id, available }) => [id, available])));
  }
}

/** Rolls the branch's row back: the same order may come again with less. */
class TooFewUnits extends Error {
  override readonly name = 'TooFewUnits';
}

/** Why the items cannot be had. `available` may have risen since they were refused: then it shows what is left now. */
function refusal(items: readonly StockItem[], available: ReadonlyMap<string, number>): AppError {
  const missing = items.find(({ goodsId }) => !available.has(goodsId));
  if (missing) return new AppError('GOODS_NOT_FOUND', { goodsId: missing.goodsId });
  const unitsOf = ({ goodsId }: StockItem) => available.get(goodsId) ?? 0;
  const short = items.find((item) => unitsOf(item) < item.quantity) ?? items[0];
  if (!short) throw new Error('A reservation without items came through the door.');
  return new AppError('OUT_OF_STOCK', { goodsId: short.goodsId, available: unitsOf(short) });
}
