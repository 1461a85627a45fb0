import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { changeGoods, findGoods } from '../data/goods-store.ts';
import { requireCategories } from './category.ts';
import type { GoodsDeps } from './deps.ts';
import type { Goods, GoodsChange } from './goods.ts';
import { requireGoodsOfOwnShop } from './shop-access.ts';
import { tellChanged } from './tell-changed.ts';

/**
 * Changes goods that still are as the caller read them.
 * @throws AppError GOODS_NOT_FOUND, CATEGORY_NOT_FOUND, VERSION_CONFLICT, UNAUTHENTICATED, FORBIDDEN.
 */
export async function updateGoods(
  deps: GoodsDeps,
  context: CallContext,
  input: { readonly goodsId: string; readonly version: number; readonly change: GoodsChange },
  effect: Effect<Goods>,
): Promise<Goods> {
  const { goodsId, version, change } = input;
  requireRole(context.identity, 'MERCHANT', 'ADMIN');
  const { database } = deps;
  const [goods] = await findGoods(database, [goodsId]);
  if (!goods) throw new AppError('GOODS_NOT_FOUND', { goodsId });
  await requireGoodsOfOwnShop(deps, context, goods.shopId);
  await requireCategories(deps, change.categoryIds ?? []);
  const changed = await effect(async (em) => {
    const written = await changeGoods(em, goodsId, version, change);
    if (written) await tellChanged(deps, em, context, written);
    return written;
  });
  if (changed) return changed;
  const [current] = await findGoods(database, [goodsId]);
  if (!current) throw new AppError('GOODS_NOT_FOUND', { goodsId });
  throw new AppError('VERSION_CONFLICT', { currentVersion: current.version });
}
