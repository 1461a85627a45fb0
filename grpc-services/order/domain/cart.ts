import { AppError } from '@tiffin/lib/errors/app-error';
import type { Address } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { Goods } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { DeliveryAddress, Money, OrderItem } from './order.ts';

/** What a customer wants to order. */
export interface Cart {
  readonly shopId: string;
  /** At most 50; goods stand in it once. */
  readonly items: readonly Pick<OrderItem, 'goodsId' | 'quantity'>[];
  readonly addressId: string;
  /** What the customer was shown. */
  readonly expectedTotal: Money;
  /** One of the customer's own. */
  readonly couponId: string | undefined;
  /** What the customer's wallet is to pay; undefined for nothing. */
  readonly walletAmount: Money | undefined;
}

/**
 * The items with the prices of now. `goods` stand in the order of the items.
 * @throws AppError GOODS_NOT_FOUND, for goods of another shop too.
 */
export function pricedItems(cart: Cart, goods: readonly (Goods | undefined)[]): OrderItem[] {
  return cart.items.map(({ goodsId, quantity }, index) => {
    const found = goods[index];
    if (!found?.price || found.shopId !== cart.shopId) throw new AppError('GOODS_NOT_FOUND', { goodsId });
    return { goodsId, quantity, unitPrice: found.price };
  });
}

/**
 * Where the order goes. Asks again whose address it is: administrators are shown everybody's, and order to their own.
 * @throws AppError ADDRESS_NOT_FOUND.
 */
export function deliveryAddress(cart: Cart, userId: string, address: Address | undefined): DeliveryAddress {
  if (!address?.lines || address.userId !== userId) {
    throw new AppError('ADDRESS_NOT_FOUND', { addressId: cart.addressId });
  }
  const { label, street, city, postalCode, area } = address.lines;
  return { label, street, city, postalCode, area };
}
