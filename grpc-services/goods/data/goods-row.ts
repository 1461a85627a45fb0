import type { Goods } from './goods-entity.ts';

export const goodsColumns =
  'id, shop_id, name, description, price_cents, currency, category_ids, available, version';

/** As both engines answer: a bigint is text. */
export interface GoodsRow {
  readonly id: string;
  readonly shop_id: string;
  readonly name: string;
  readonly description: string;
  readonly price_cents: string;
  readonly currency: string;
  readonly category_ids: readonly string[];
  readonly available: number;
  readonly version: number;
}

export function toGoods(row: GoodsRow): Goods {
  return {
    id: row.id,
    shopId: row.shop_id,
    name: row.name,
    description: row.description,
    price: { amountCents: Number(row.price_cents), currency: row.currency },
    categoryIds: [...row.category_ids],
    available: row.available,
    version: row.version,
  };
}
