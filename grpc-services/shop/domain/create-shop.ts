import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { insertShop } from '../data/shop-store.ts';
import { requireCategory } from './category.ts';
import type { ShopDeps } from './deps.ts';
import { newShop, type Shop, type ShopProfile } from './shop.ts';
import { tellChanged } from './tell-changed.ts';

/**
 * Creates a closed shop that the caller owns.
 * @throws AppError CATEGORY_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
 */
export async function createShop(
  deps: ShopDeps,
  context: CallContext,
  profile: ShopProfile,
  effect: Effect<Shop>,
): Promise<Shop> {
  const ownerId = requireUserId(context.identity, 'MERCHANT', 'ADMIN');
  await requireCategory(deps, context, profile.categoryId);
  const shop = newShop(String(await deps.ids.nextId()), ownerId, profile);
  return effect(async (em) => {
    await insertShop(em, shop);
    await tellChanged(deps, em, context, shop);
    return shop;
  });
}
