import { AppError } from '@tiffin/lib/errors/app-error';
import type {
  DeliveryAddress,
  FlashSalePart,
  Money,
  Order,
  OrderItem,
  OrderStatus,
} from '../data/order-entity.ts';

export type {
  DeliveryAddress,
  FlashSalePart,
  Money,
  Order,
  OrderItem,
  OrderStep,
} from '../data/order-entity.ts';

export const maxItemsOfOrder = 50;
export const maxUnitsOfItem = 1_000;

export interface NewOrder {
  readonly id: string;
  readonly userId: string;
  readonly shopId: string;
  readonly items: readonly OrderItem[];
  readonly total: Money;
  readonly couponId: string | undefined;
  readonly discount: Money;
  readonly walletAmount: Money;
  readonly address: DeliveryAddress;
  readonly placedAt: Date;
  readonly flashSale?: FlashSalePart | undefined;
}

/** An order that was just placed. Its total is `totalOf` its items. */
export function newOrder(placed: NewOrder): Order {
  return { flashSale: undefined, ...placed, status: 'CREATED', version: 1 };
}

/** How long an order waits for its payment. Others wait for the unit of a flash sale. */
export function payableMs(isOfFlashSale: boolean): number {
  return isOfFlashSale ? 10 * 60_000 : 30 * 60_000;
}

/** What is left to pay. */
export function payableOf({ total, discount, walletAmount }: Order): Money {
  const amountCents = total.amountCents - discount.amountCents - walletAmount.amountCents;
  return { amountCents, currency: total.currency };
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
 * @throws AppError ORDER_ALREADY_PAID, ORDER_CANCELLED, ORDER_CLOSED.
 */
export function paidOrder(order: Order): Order {
  requireOpen(order);
  return next(order, 'PAID');
}

/**
 * The order after its cancellation.
 * @throws AppError ORDER_ALREADY_PAID, ORDER_CANCELLED, ORDER_CLOSED.
 */
export function cancelledOrder(order: Order): Order {
  requireOpen(order);
  return next(order, 'CANCELLED');
}

/** The order after the time in which it could be paid. Undefined where it was paid or cancelled in time. */
export function closedOrder(order: Order): Order | undefined {
  return order.status === 'CREATED' ? next(order, 'CLOSED') : undefined;
}

/** How far a paid order is, by its delivery and by its customer. */
const way = ['PAID', 'ASSIGNED', 'PICKED_UP', 'DELIVERED', 'COMPLETED'] as const satisfies OrderStatus[];
export type DeliveryStep = 'ASSIGNED' | 'PICKED_UP' | 'DELIVERED';

/**
 * The order after a step of its delivery. Undefined where it is that far already: what is told of a delivery may come
 * late and out of order.
 */
export function deliveredOrder(order: Order, step: DeliveryStep): Order | undefined {
  const place = placeOnWay(order.status);
  return place >= 0 && place < placeOnWay(step) ? next(order, step) : undefined;
}

/** Whether a paid order is further than a step of its delivery: it has taken it, whether that was told or not. */
export function hasPassed({ status }: Order, step: DeliveryStep): boolean {
  return placeOnWay(status) > placeOnWay(step);
}

/**
 * The order after its customer, or the time, said that it has arrived. Undefined where that was said already.
 * @throws AppError ORDER_NOT_DELIVERED.
 */
export function completedOrder(order: Order): Order | undefined {
  if (order.status === 'COMPLETED') return undefined;
  if (order.status !== 'DELIVERED') throw new AppError('ORDER_NOT_DELIVERED', { orderId: order.id });
  return next(order, 'COMPLETED');
}

function next(order: Order, status: OrderStatus): Order {
  return { ...order, status, version: order.version + 1 };
}

function placeOnWay(status: OrderStatus): number {
  return (way as readonly OrderStatus[]).indexOf(status);
}

/** Whoever paid or cancelled an order, or let its time pass, has had the last word. */
function requireOpen({ id: orderId, status }: Order): void {
  if (status === 'CREATED') return;
  if (status === 'CANCELLED') throw new AppError('ORDER_CANCELLED', { orderId });
  if (status === 'CLOSED') throw new AppError('ORDER_CLOSED', { orderId });
  throw new AppError('ORDER_ALREADY_PAID', { orderId });
}

function invalidItems(expected: string): AppError {
  return new AppError('INVALID_ARGUMENT', { violations: [{ field: 'items', expected }] });
}
