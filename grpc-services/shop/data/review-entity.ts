import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

export const ReviewEntity = defineEntity({
  name: 'Review',
  schema: 'shop',
  tableName: 'review',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    shopId: p.bigint('string'),
    authorId: p.bigint('string'),
    stars: p.integer(),
    text: p.text(),
    createdAt: p.datetime(),
  },
});

type ReviewRow = InferEntity<typeof ReviewEntity>;

/** What a customer wrote about a shop. */
export type Review = Readonly<Pick<ReviewRow, Exclude<keyof ReviewRow, symbol>>>;
