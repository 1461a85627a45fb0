import { AppError } from '@tiffin/lib/errors/app-error';
import type { DeliveryAddress, Money, Order, OrderItem } from '../data/order-entity.ts';

export type { DeliveryAddress, Money, Order, OrderItem } from '../data/order-entity.ts';

export const maxItemsOfOrder = 50;
export const maxUnitsOfItem = 1_000;

export interface NewOrder {
  readonly id: string;
  readonly userId: string;
  readonly shopId: string;
  readonly items: readonly OrderItem[];
  readonly total: Money;
  readonly address: DeliveryAddress;
  readonly placedAt: Date;
}

/** An order that was just placed. Its total is `totalOf` its items. */
export function newOrder(placed: NewOrder): Order {
  return { ...placed, status: 'CREATED', version: 1 };
}

/**
 * What the items cost together. There is one at least.
 * @throws AppError INVALID_ARGUMENT for items in several currencies, and for a sum beyond 2^53 - 1 cents.
 */
export function totalOf(items: readonly OrderItem[]): Money {
  const currency = items[0]?.unitPrice.currency ?? '';
  if (items.some(({ unitPrice }) => unitPrice.currency !== currency)) {
    throw invalidItems('must all be priced in one currency');
  }
  let amountCents = 0;
  for (const { quantity, unitPrice } of items) amountCents += quantity * unitPrice.amountCents;
  // No rounding brings a sum that has grown beyond the safe integers back among them: nothing in it is negative.
  if (!Number.isSafeInteger(amountCents)) {
    throw invalidItems(`must not cost more than ${Number.MAX_SAFE_INTEGER} cents together`);
  }
  return { amountCents, currency };
}

/**
 * The order after its payment.
 * @throws AppError ORDER_ALREADY_PAID, ORDER_CANCELLED.
 */
export function paidOrder(order: Order): Order {
  requireOpen(order);
  return { ...order, status: 'PAID', version: order.version + 1 };
}

/**
 * The order after its cancellation.
 * @throws AppError ORDER_ALREADY_PAID, ORDER_CANCELLED.
 */
export function cancelledOrder(order: Order): Order {
  requireOpen(order);
  return { ...order, status: 'CANCELLED', version: order.version + 1 };
}

/** Whoever paid or cancelled an order has had the last word. */
function requireOpen({ id: orderId, status }: Order): void {
  if (status === 'PAID') throw new AppError('ORDER_ALREADY_PAID', { orderId });
  if (status === 'CANCELLED') throw new AppError('ORDER_CANCELLED', { orderId });
}

function invalidItems(expected: string): AppError {
  return new AppError('INVALID_ARGUMENT', { violations: [{ field: 'items', expected }] });
}
