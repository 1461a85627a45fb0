import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findShops, saveShop } from '../data/shop-store.ts';
import { requireCategory } from './category.ts';
import type { ShopDeps } from './deps.ts';
import { changedShop, type Shop, type ShopChange } from './shop.ts';
import { requireOwnShop } from './shop-access.ts';
import { tellChanged } from './tell-changed.ts';

/**
 * Changes a shop that still is as the caller read it.
 * @throws AppError SHOP_NOT_FOUND, CATEGORY_NOT_FOUND, VERSION_CONFLICT, UNAUTHENTICATED, FORBIDDEN.
 */
export async function updateShop(
  deps: ShopDeps,
  context: CallContext,
  input: { readonly shopId: string; readonly version: number; readonly change: ShopChange },
  effect: Effect<Shop>,
): Promise<Shop> {
  const { shopId, version, change } = input;
  requireRole(context.identity, 'MERCHANT', 'ADMIN');
  const shop = await getShop(deps, shopId);
  requireOwnShop(context.identity, shop);
  const changed = changedShop(shop, version, change);
  if (change.categoryId !== undefined) await requireCategory(deps, context, change.categoryId);
  const saved = await effect(async (em) => {
    const written = await saveShop(em, changed, version);
    if (written) await tellChanged(deps, em, context, written);
    return written;
  });
  if (saved) return saved;
  throw new AppError('VERSION_CONFLICT', { currentVersion: (await getShop(deps, shopId)).version });
}

async function getShop({ database }: ShopDeps, shopId: string): Promise<Shop> {
  const [shop] = await findShops(database, [shopId]);
  if (!shop) throw new AppError('SHOP_NOT_FOUND', { shopId });
  return shop;
}
