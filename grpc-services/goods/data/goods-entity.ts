import { defineEntity, p } from '@mikro-orm/core';

export const GoodsEntity = defineEntity({
  name: 'Goods',
  schema: 'goods',
  tableName: 'goods',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    shopId: p.bigint('string'),
    name: p.text(),
    description: p.text(),
    priceCents: p.bigint('number'),
    currency: p.character().length(3),
    // An array and not a join table: always read and replaced whole, so that goods are one row of one statement.
    categoryIds: p.array(String).columnType('bigint[]'),
    available: p.integer(),
    version: p.integer(),
  },
});

/** Something a shop sells. */
export interface Goods {
  /** Decimal text, as all ids. */
  readonly id: string;
  readonly shopId: string;
  readonly name: string;
  readonly description: string;
  readonly price: Price;
  readonly categoryIds: string[];
  /** Units that can be ordered now: always the sum of the deltas in the ledger. Frozen and sold ones are not among them. */
  readonly available: number;
  /** Rises by one with every change by the owner, not with stock. */
  readonly version: number;
}

export interface Price {
  /** 0 to 2^53 - 1. */
  readonly amountCents: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** Goods as the entity's columns hold them, for inserts. */
export function goodsColumnsOf({ price, ...goods }: Goods) {
  return { ...goods, priceCents: price.amountCents, currency: price.currency };
}
