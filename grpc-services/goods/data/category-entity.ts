import { defineEntity, p } from '@mikro-orm/core';

export const CategoryEntity = defineEntity({
  name: 'Category',
  schema: 'goods',
  tableName: 'category',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    name: p.text(),
  },
});

/** A kind of shop or goods. */
export interface Category {
  readonly id: string;
  readonly name: string;
}
