import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireUserId } from '@tiffin/lib/identity/require-user-id';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { fanout } from '@tiffin/lib/rpc/fanout';
import { ShopStatus } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { insertOrder } from '../data/order-store.ts';
import { type Cart, deliveryAddress, pricedItems } from './cart.ts';
import { scheduleClose } from './close-unpaid.ts';
import type { OrderDeps } from './deps.ts';
import { type Money, newOrder, type Order, totalOf } from './order.ts';
import { reductionsOf } from './order-price.ts';
import { partsOf } from './participants.ts';

/**
 * Orders what is in the cart, at the prices of now: stock, coupon and money are held, then the order is created. Where
 * that fails in between, in whatever way, all that was held is freed.
 * @throws AppError EMPTY_CART, SHOP_NOT_FOUND, SHOP_CLOSED, GOODS_NOT_FOUND (goods of another shop too),
 *   ADDRESS_NOT_FOUND (somebody else's too), PRICE_CHANGED, OUT_OF_STOCK, COUPON_NOT_FOUND (somebody else's too),
 *   COUPON_UNAVAILABLE, COUPON_EXPIRED, COUPON_MINIMUM_NOT_REACHED, INSUFFICIENT_FUNDS, UNAUTHENTICATED, FORBIDDEN;
 *   INVALID_ARGUMENT for goods that have no common total, and for more money than is left to pay; UNAVAILABLE while an
 *   earlier try of the same attempt holds some of it still.
 */
export async function placeOrder(
  deps: OrderDeps,
  context: CallContext,
  cart: Cart,
  key: string,
  effect: Effect<Order>,
): Promise<Order> {
  const userId = requireUserId(context.identity, 'CUSTOMER');
  if (cart.items.length === 0) throw new AppError('EMPTY_CART', {});
  const { shopId } = cart;
  const attempt = `${userId} ${key}`;
  // An earlier try, whose process died or whose caller was gone, may hold the coupon, the money and the last unit.
  await deps.transactions.abandonEarlier(attempt, context);
  const { shop, goods, address, coupon } = await readCart(deps, context, cart);
  if (!shop) throw new AppError('SHOP_NOT_FOUND', { shopId });
  if (shop.status !== ShopStatus.OPEN) throw new AppError('SHOP_CLOSED', { shopId });
  const items = pricedItems(cart, goods);
  const delivery = deliveryAddress(cart, userId, address);
  const total = totalOf(items);
  if (!isSame(total, cart.expectedTotal)) throw new AppError('PRICE_CHANGED', { currentTotal: total });
  const reductions = reductionsOf(cart, userId, total, coupon);
  // The id comes first: all is held in its name.
  const id = String(await deps.ids.nextId());
  const placedAt = new Date(deps.clock.now());
  const { couponId } = cart;
  const placed = { id, userId, shopId, items, total, couponId, ...reductions, address: delivery, placedAt };
  return create(deps, context, newOrder(placed), attempt, effect);
}

/**
 * All at once, and as it is now: money is taken by it. With the user's identity, so that the others show the user's own
 * addresses and coupons only.
 */
async function readCart(deps: OrderDeps, context: CallContext, cart: Cart) {
  const { shopId, items, addressId, couponId } = cart;
  const latest: CallContext = { ...context, freshness: 'latest' };
  const [{ shops }, { goods }, { addresses }, coupons] = await fanout(latest, [
    (call) => deps.shops.batchGetShops({ ids: [shopId] }, call),
    (call) => deps.goods.batchGetGoods({ ids: items.map(({ goodsId }) => goodsId) }, call),
    (call) => deps.accounts.batchGetAddresses({ ids: [addressId] }, call),
    async (call) =>
      couponId === undefined ? undefined : deps.coupons.batchGetCoupons({ ids: [couponId] }, call),
  ]);
  return {
    shop: shops[0]?.shop,
    goods: goods.map((slot) => slot.goods),
    address: addresses[0]?.address,
    coupon: coupons?.coupons[0]?.coupon,
  };
}

async function create(
  deps: OrderDeps,
  context: CallContext,
  order: Order,
  attempt: string,
  effect: Effect<Order>,
): Promise<Order> {
  const { transactions } = deps;
  await transactions.begin(order.id, partsOf(order), context, attempt);
  try {
    // Not begun after the caller's budget; a commit whose answer is late may stand all the same.
    return await effect(async (em) => {
      if (!(await transactions.prepare(em, order.id))) {
        throw new AppError('UNAVAILABLE', { retryAfterMs: 100 });
      }
      await insertOrder(em, order);
      await scheduleClose(deps, em, order);
      return order;
    });
  } catch (error) {
    // The commit may have come through although its answer was lost. Then it is prepared, and stays so.
    await transactions.abandon(order.id, context);
    throw error;
  }
}

function isSame(one: Money, other: Money): boolean {
  return one.amountCents === other.amountCents && one.currency === other.currency;
}
