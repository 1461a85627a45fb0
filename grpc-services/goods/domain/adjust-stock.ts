import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findGoods } from '../data/goods-store.ts';
import { moveStock } from '../data/move-stock.ts';
import type { GoodsDeps } from './deps.ts';
import { type Goods, maxAvailableUnits } from './goods.ts';
import { requireGoodsOfOwnShop } from './shop-access.ts';

export interface StockAdjustment {
  readonly goodsId: string;
  /** Units, not zero. */
  readonly delta: number;
  readonly reason: string;
}

/**
 * Moves the stock by a delta and writes why into the ledger.
 * @throws AppError GOODS_NOT_FOUND, OUT_OF_STOCK, UNAUTHENTICATED, FORBIDDEN; INVALID_ARGUMENT above the largest stock.
 */
export async function adjustStock(
  deps: GoodsDeps,
  context: CallContext,
  input: StockAdjustment,
  effect: Effect<Goods>,
): Promise<Goods> {
  const { identity } = context;
  requireRole(identity, 'MERCHANT', 'ADMIN');
  const { database } = deps;
  const [goods] = await findGoods(database, [input.goodsId]);
  if (!goods) throw new AppError('GOODS_NOT_FOUND', { goodsId: input.goodsId });
  await requireGoodsOfOwnShop(deps, context, goods.shopId);
  const actorId = identity.kind === 'user' ? identity.userId : undefined;
  const move = { ...input, actorId, atMs: deps.clock.now() };
  const moved = await effect((em) => moveStock(em, move, maxAvailableUnits));
  if (moved) return moved;
  // Read anew: others may have moved the stock since the first look, and the answer shows what is left now.
  const [current] = await findGoods(database, [input.goodsId]);
  throw current ? refusal(current, input.delta) : new AppError('GOODS_NOT_FOUND', { goodsId: input.goodsId });
}

function refusal({ id, available }: Goods, delta: number): AppError {
  if (delta < 0) return new AppError('OUT_OF_STOCK', { goodsId: id, available });
  const expected = `must not raise the stock above ${maxAvailableUnits}`;
  return new AppError('INVALID_ARGUMENT', { violations: [{ field: 'delta', expected }] });
}
