import { defineEntity, p } from '@mikro-orm/core';

export const OrderEntity = defineEntity({
  name: 'Order',
  schema: 'order',
  tableName: 'order',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    userId: p.bigint('string'),
    shopId: p.bigint('string'),
    status: p.enum(['CREATED', 'PAID', 'CANCELLED']),
    totalCents: p.bigint('number'),
    currency: p.character().length(3),
    label: p.text(),
    street: p.text(),
    city: p.text(),
    postalCode: p.text(),
    area: p.text(),
    placedAt: p.datetime(),
    version: p.integer(),
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

/** CREATED: placed, its stock reserved, not paid. */
export type OrderStatus = 'CREATED' | 'PAID' | 'CANCELLED';

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
  /** As it was when the order was placed. */
  readonly address: DeliveryAddress;
  readonly placedAt: Date;
  /** Rises by one with every change of the status. */
  readonly version: number;
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
