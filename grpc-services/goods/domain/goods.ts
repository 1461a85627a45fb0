export type { Goods, Price } from '../data/goods-entity.ts';
export type { GoodsChange } from '../data/goods-store.ts';

export const maxNameChars = 80;
export const maxDescriptionChars = 2_000;
export const maxCategoriesOfGoods = 10;
/** Also the largest movement of stock at once. */
export const maxAvailableUnits = 1_000_000;
export const maxReasonChars = 200;
