import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { ShopDeps } from './deps.ts';
import { changeLockedShop } from './locked-shop.ts';
import { closedShop, type Shop } from './shop.ts';

/**
 * Closes a shop of the caller for orders. Idempotent.
 * @throws AppError SHOP_NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
 */
export function closeShop(
  deps: Pick<ShopDeps, 'outbox'>,
  context: CallContext,
  shopId: string,
  effect: Effect<Shop>,
): Promise<Shop> {
  return changeLockedShop(deps, context, shopId, closedShop, effect);
}
