import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { fanout } from '@tiffin/lib/rpc/fanout';
import { ShopStatus } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { findOrders, insertOrder } from '../data/order-store.ts';
import { type Cart, deliveryAddress, pricedItems } from './cart.ts';
import type { OrderDeps } from './deps.ts';
import { type Money, newOrder, type Order, totalOf } from './order.ts';
import { onOwnBehalf } from './own-behalf.ts';

/**
 * Orders what is in the cart, at the prices of now: reserves the stock, then creates the order. Where that fails in
 * between, the stock is released.
 * @throws AppError EMPTY_CART, SHOP_NOT_FOUND, SHOP_CLOSED, GOODS_NOT_FOUND (goods of another shop too),
 *   ADDRESS_NOT_FOUND (somebody else's too), PRICE_CHANGED, OUT_OF_STOCK, UNAUTHENTICATED, FORBIDDEN; INVALID_ARGUMENT
 *   for goods that have no common total.
 */
export async function placeOrder(
  deps: OrderDeps,
  context: CallContext,
  cart: Cart,
  effect: Effect<Order>,
): Promise<Order> {
  const userId = requireUserId(context.identity, 'CUSTOMER');
  if (cart.items.length === 0) throw new AppError('EMPTY_CART', {});
  const { shopId } = cart;
  const [shop, goods, address] = await readCart(deps, context, cart);
  if (!shop) throw new AppError('SHOP_NOT_FOUND', { shopId });
  if (shop.status !== ShopStatus.OPEN) throw new AppError('SHOP_CLOSED', { shopId });
  const items = pricedItems(cart, goods);
  const delivery = deliveryAddress(cart, userId, address);
  const total = totalOf(items);
  if (!isSame(total, cart.expectedTotal)) throw new AppError('PRICE_CHANGED', { currentTotal: total });
  // The id comes first: the stock is reserved in its name.
  const id = String(await deps.ids.nextId());
  const placedAt = new Date(deps.clock.now());
  const order = newOrder({ id, userId, shopId, items, total, address: delivery, placedAt });
  await reserve(deps, context, order);
  return create(deps, context, order, effect);
}

/** All at once. With the user's identity, so that the account service shows the user's own addresses only. */
async function readCart(deps: OrderDeps, context: CallContext, { shopId, items, addressId }: Cart) {
  const [{ shops }, { goods }, { addresses }] = await fanout(context, [
    (call) => deps.shops.batchGetShops({ ids: [shopId] }, call),
    (call) => deps.goods.batchGetGoods({ ids: items.map(({ goodsId }) => goodsId) }, call),
    (call) => deps.accounts.batchGetAddresses({ ids: [addressId] }, call),
  ]);
  return [shops[0]?.shop, goods.map((slot) => slot.goods), addresses[0]?.address] as const;
}

async function reserve({ stock, stockReleases }: OrderDeps, context: CallContext, order: Order) {
  const items = order.items.map(({ goodsId, quantity }) => ({ goodsId, quantity }));
  try {
    await stock.reserveStock({ orderId: order.id, items }, onOwnBehalf(context));
  } catch (error) {
    // A refusal took nothing. Any other failure may have: perhaps only the answer was lost.
    const isRefusal = AppError.is(error, 'OUT_OF_STOCK') || AppError.is(error, 'GOODS_NOT_FOUND');
    if (!isRefusal) await stockReleases.release(context, order.id);
    throw error;
  }
}

async function create(
  { database, stockReleases }: OrderDeps,
  context: CallContext,
  order: Order,
  effect: Effect<Order>,
): Promise<Order> {
  try {
    // Not begun after the caller's budget; a commit whose answer is late may stand all the same.
    return await effect(async (em) => {
      await insertOrder(em, order);
      return order;
    });
  } catch (error) {
    // The commit may have come through although its answer was lost. Then the order stands, and needs its stock.
    const stands = async () => (await findOrders(database, [order.id])).length > 0;
    await stockReleases.release(context, order.id, stands);
    throw error;
  }
}

function isSame(one: Money, other: Money): boolean {
  return one.amountCents === other.amountCents && one.currency === other.currency;
}
