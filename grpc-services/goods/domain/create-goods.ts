import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { insertGoods } from '../data/goods-store.ts';
import { requireCategories } from './category.ts';
import type { GoodsDeps } from './deps.ts';
import type { Goods } from './goods.ts';
import { requireOwnShop } from './shop-access.ts';
import { tellChanged } from './tell-changed.ts';

export type NewGoods = Pick<Goods, 'shopId' | 'name' | 'description' | 'price' | 'categoryIds'>;

/**
 * Adds goods without stock to a shop of the caller.
 * @throws AppError SHOP_NOT_FOUND, CATEGORY_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
 */
export async function createGoods(
  deps: GoodsDeps,
  context: CallContext,
  input: NewGoods,
  effect: Effect<Goods>,
): Promise<Goods> {
  requireRole(context.identity, 'MERCHANT', 'ADMIN');
  await requireOwnShop(deps, context, input.shopId);
  await requireCategories(deps, input.categoryIds);
  const goods: Goods = { ...input, id: String(await deps.ids.nextId()), available: 0, version: 1 };
  return effect(async (em) => {
    await insertGoods(em, goods);
    await tellChanged(deps, em, context, goods);
    return goods;
  });
}
