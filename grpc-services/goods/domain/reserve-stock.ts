import { AppError } from '@tiffin/lib/errors/app-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findGoods } from '../data/goods-store.ts';
import { findReservationStatus, type StockItem, takeStock } from '../data/take-stock.ts';
import type { GoodsDeps } from './deps.ts';
import { requireService } from './require-service.ts';

export type { StockItem } from '../data/take-stock.ts';

export const maxItemsOfOrder = 50;
export const maxUnitsOfItem = 1_000;

/**
 * Takes the units of an order from the stock, all or none; what the same order took before stays as it is. Goods stand
 * in the items once.
 * @throws AppError GOODS_NOT_FOUND; OUT_OF_STOCK for the first item that is short, and for an order whose stock was
 *   released already; UNAUTHENTICATED, FORBIDDEN for users.
 */
export async function reserveStock(
  { database, clock }: GoodsDeps,
  { identity }: CallContext,
  orderId: string,
  items: readonly StockItem[],
): Promise<void> {
  requireService(identity);
  if (await takeStock(database, orderId, items, clock.now())) return;
  const status = await findReservationStatus(database, orderId);
  if (status === 'RESERVED') return;
  const goods = await findGoods(
    database,
    items.map(({ goodsId }) => goodsId),
  );
  throw refusal(items, new Map(goods.map(({ id, available }) => [id, available])));
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
