import { defineEntity, p } from '@mikro-orm/core';

export const OrderEntity = defineEntity({
  name: 'Order',
  schema: 'order',
  tableName: 'order',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    userId: p.bigint('string'),
    shopId: p.bigint('string'),
    status: p.enum([
      'CREATED',
      'PAID',
      'CANCELLED',
      'CLOSED',
      'ASSIGNED',
      'PICKED_UP',
      'DELIVERED',
      'COMPLETED',
    ]),
    totalCents: p.bigint('number'),
    currency: p.character().length(3),
    couponId: p.bigint('string').nullable(),
    discountCents: p.bigint('number'),
    walletCents: p.bigint('number'),
    label: p.text(),
    street: p.text(),
    city: p.text(),
    postalCode: p.text(),
    area: p.text(),
    placedAt: p.datetime(),
    version: p.integer(),
    flashSaleId: p.bigint('string').nullable(),
    flashTicketId: p.bigint('string').nullable(),
  },
});

export const OrderItemEntity = defineEntity({
  name: 'OrderItem',
  schema: 'order',
  tableName: 'order_item',
  properties: {
    orderId: p.bigint('string').primary(),
    /** The place in the order, from 1. */
    position: p.integer().primary(),
    goodsId: p.bigint('string'),
    quantity: p.integer(),
    unitPriceCents: p.bigint('number'),
  },
});

/**
 * `CREATED`: placed and not paid; what it takes is held. `CANCELLED` by the customer, `CLOSED` where it was not paid in
 * time. A paid one goes on to `ASSIGNED`, `PICKED_UP` and `DELIVERED` as its delivery does, and ends `COMPLETED`.
 */
export type OrderStatus =
  | 'CREATED'
  | 'PAID'
  | 'CANCELLED'
  | 'CLOSED'
  | 'ASSIGNED'
  | 'PICKED_UP'
  | 'DELIVERED'
  | 'COMPLETED';

/** What a customer buys from one shop. */
export interface Order {
  /** Decimal text, as all ids. */
  readonly id: string;
  readonly userId: string;
  readonly shopId: string;
  readonly status: OrderStatus;
  /** 1 to 50, one for each kind of goods. */
  readonly items: readonly OrderItem[];
  /** What all items cost together. */
  readonly total: Money;
  /** Makes it cheaper by the discount. */
  readonly couponId: string | undefined;
  /** In the currency of the total, as the wallet's part is; both together are at most the total. */
  readonly discount: Money;
  /** What the customer's wallet pays. */
  readonly walletAmount: Money;
  /** As it was when the order was placed. */
  readonly address: DeliveryAddress;
  readonly placedAt: Date;
  /** Rises by one with every change of the status. */
  readonly version: number;
  /** Undefined for all but those of flash sales. */
  readonly flashSale: FlashSalePart | undefined;
}

/** Where the unit of an order of a flash sale comes from. */
export interface FlashSalePart {
  /** The flash sale. */
  readonly id: string;
  /** The place in its queue. */
  readonly ticketId: string;
}

/** One thing that happened to an order. */
export interface OrderStep {
  /** What the order came to. */
  readonly status: OrderStatus;
  readonly at: Date;
}

export interface OrderItem {
  readonly goodsId: string;
  /** 1 to 1,000 units. */
  readonly quantity: number;
  /** As it was when the order was placed; in the currency of the total. */
  readonly unitPrice: Money;
}

export interface Money {
  /** 0 to 2^53 - 1. */
  readonly amountCents: number;
  /** ISO 4217. */
  readonly currency: string;
}

export interface DeliveryAddress {
  readonly label: string;
  readonly street: string;
  readonly city: string;
  readonly postalCode: string;
  readonly area: string;
}
