import { AppError } from '@tiffin/lib/errors/app-error';
import type { Identity } from '@tiffin/lib/identity/identity';
import { hasRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { GoodsDeps } from './deps.ts';

/**
 * Refuses whoever may not add goods to the shop. Administrators and our own processes may in any shop that exists.
 * @throws AppError SHOP_NOT_FOUND, FORBIDDEN for somebody else's shop.
 */
export async function requireOwnShop(deps: GoodsDeps, context: CallContext, shopId: string): Promise<void> {
  const shop = await findShop(deps, context, shopId);
  if (!shop) throw new AppError('SHOP_NOT_FOUND', { shopId });
  if (!hasRole(context.identity, 'ADMIN') && !isOwner(context.identity, shop))
    throw new AppError('FORBIDDEN', {});
}

/**
 * Refuses whoever may not change goods of the shop. Asks for the shop only where its owner matters.
 * @throws AppError FORBIDDEN for somebody else's shop.
 */
export async function requireGoodsOfOwnShop(
  deps: GoodsDeps,
  context: CallContext,
  shopId: string,
): Promise<void> {
  if (hasRole(context.identity, 'ADMIN')) return;
  const shop = await findShop(deps, context, shopId);
  if (!shop || !isOwner(context.identity, shop)) throw new AppError('FORBIDDEN', {});
}

async function findShop(deps: GoodsDeps, context: CallContext, shopId: string): Promise<Shop | undefined> {
  const { shops } = await deps.shops.batchGetShops({ ids: [shopId] }, { ...context, freshness: 'latest' });
  return shops[0]?.shop;
}

function isOwner(identity: Identity, shop: Shop): boolean {
  return identity.kind === 'user' && identity.roles.includes('MERCHANT') && shop.ownerId === identity.userId;
}
