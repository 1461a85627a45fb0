import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

export const ShopEntity = defineEntity({
  name: 'Shop',
  schema: 'shop',
  tableName: 'shop',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    ownerId: p.bigint('string'),
    name: p.text(),
    description: p.text(),
    categoryId: p.bigint('string'),
    area: p.text(),
    status: p.enum(['OPEN', 'CLOSED']),
    ratingSum: p.integer().default(0),
    reviewCount: p.integer().default(0),
    // Derived by the database from the two above, so that it can never disagree with them.
    ratingHundredths: p.integer().persist(false),
    orderCount: p.integer().default(0),
    version: p.integer(),
  },
});

type ShopRow = InferEntity<typeof ShopEntity>;

/**
 * A place that sells goods. Ids are decimal text; the rating is the average in hundredths of a star, 0 without reviews;
 * `orderCount` counts those that were paid; `version` rises with every change by the owner, not with reviews or orders.
 */
export type Shop = Readonly<Omit<Pick<ShopRow, Exclude<keyof ShopRow, symbol>>, 'ratingSum'>>;
