import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { lockShop, saveShop } from '../data/shop-store.ts';
import type { ShopDeps } from './deps.ts';
import type { Shop } from './shop.ts';
import { requireOwnShop } from './shop-access.ts';
import { tellChanged } from './tell-changed.ts';

/**
 * Takes a shop of the caller through a transition of the aggregate. One that changes nothing writes nothing. The lock
 * stands in for a version: whoever opens or closes a shop need not know what else changed.
 * @throws AppError SHOP_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
 */
export async function changeLockedShop(
  deps: Pick<ShopDeps, 'outbox'>,
  context: CallContext,
  shopId: string,
  transition: (shop: Shop) => Shop,
  effect: Effect<Shop>,
): Promise<Shop> {
  requireRole(context.identity, 'MERCHANT', 'ADMIN');
  return effect(async (em) => {
    const shop = await lockShop(em, shopId);
    if (!shop) throw new AppError('SHOP_NOT_FOUND', { shopId });
    requireOwnShop(context.identity, shop);
    const changed = transition(shop);
    if (changed === shop) return shop;
    const saved = await saveShop(em, changed, shop.version);
    if (!saved) throw new Error(`Shop ${shopId} changed while it was locked.`);
    await tellChanged(deps, em, context, saved);
    return saved;
  });
}
