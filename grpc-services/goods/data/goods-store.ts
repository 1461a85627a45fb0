import type { Database } from '@tiffin/lib/engines/database';
import { bigintArray } from './bigint-array.ts';
import { type Goods, GoodsEntity, goodsColumnsOf } from './goods-entity.ts';
import { type GoodsRow, goodsColumns, toGoods } from './goods-row.ts';

/** One page of one shop's goods. */
export interface ShopGoodsPage {
  readonly shopId: string;
  /** The page starts behind this id; '0' is before all. */
  readonly afterId: string;
  readonly maxItems: number;
}

/** What changes; what is absent stays. */
export type GoodsChange = {
  readonly [Field in 'name' | 'description' | 'price' | 'categoryIds']?: Goods[Field] | undefined;
};

/** The goods that exist among the ids, in no order. */
export async function findGoods(database: Database, ids: readonly string[]): Promise<Goods[]> {
  const sql = `select ${goodsColumns} from goods.goods where id = any(?::bigint[])`;
  return (await database.query<GoodsRow>(sql, [bigintArray(ids)])).map(toGoods);
}

/** Goods of several shops, oldest first, in one statement. The answer has one list for each page. */
export async function findShopGoods(database: Database, pages: readonly ShopGoodsPage[]): Promise<Goods[][]> {
  const rows = await database.query<GoodsRow & { page_no: string }>(
    `select page.page_no, found.*
     from unnest(?::bigint[], ?::bigint[], ?::integer[]) with ordinality as page (shop_id, after_id, max_items, page_no)
     cross join lateral (
       select ${goodsColumns} from goods.goods
       where goods.shop_id = page.shop_id and goods.id > page.after_id
       order by goods.shop_id, goods.id
       limit page.max_items
     ) as found
     order by page.page_no, found.id`,
    [
      bigintArray(pages.map((page) => page.shopId)),
      bigintArray(pages.map((page) => page.afterId)),
      bigintArray(pages.map((page) => String(page.maxItems))),
    ],
  );
  const lists: Goods[][] = pages.map(() => []);
  for (const row of rows) lists[Number(row.page_no) - 1]?.push(toGoods(row));
  return lists;
}

export async function insertGoods(database: Database, goods: Goods): Promise<void> {
  await database.fork().insert(GoodsEntity, goodsColumnsOf(goods));
}

/** The changed goods, or undefined where no goods have this id in this version. */
export async function changeGoods(
  database: Database,
  id: string,
  version: number,
  change: GoodsChange,
): Promise<Goods | undefined> {
  const rows = await database.query<GoodsRow>(
    `update goods.goods set
       name = coalesce(?::text, name),
       description = coalesce(?::text, description),
       price_cents = coalesce(?::bigint, price_cents),
       currency = coalesce(?::char(3), currency),
       category_ids = coalesce(?::bigint[], category_ids),
       version = version + 1
     where id = ? and version = ?
     returning ${goodsColumns}`,
    [
      change.name ?? null,
      change.description ?? null,
      change.price?.amountCents ?? null,
      change.price?.currency ?? null,
      change.categoryIds ? bigintArray(change.categoryIds) : null,
      id,
      version,
    ],
  );
  return rows.map(toGoods)[0];
}
