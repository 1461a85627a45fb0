import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import { maxPageItems } from '@tiffin/lib/paging/check-page';
import type { Page } from '@tiffin/lib/paging/page';
import {
  type ParentPage,
  parentPagesParameters,
  parentPagesTable,
  toParentPages,
} from '@tiffin/lib/paging/parent-pages';
import { type Goods, GoodsEntity, goodsColumnsOf } from './goods-entity.ts';
import { type GoodsRow, goodsColumns, toGoods } from './goods-row.ts';

/** What changes; what is absent stays. */
export type GoodsChange = {
  readonly [Field in 'name' | 'description' | 'price' | 'categoryIds']?: Goods[Field] | undefined;
};

/** The goods that exist among the ids, in no order. */
export async function findGoods(database: Database, ids: readonly string[]): Promise<Goods[]> {
  const sql = `select ${goodsColumns} from goods.goods where id = any(?::bigint[])`;
  return (await database.query<GoodsRow>(sql, [bigintArray(ids)])).map(toGoods);
}

/** Pages of the goods of several shops, oldest first, in one statement. */
export async function findShopGoods(
  database: Database,
  pages: readonly ParentPage[],
): Promise<Page<Goods>[]> {
  const rows = await database.query<GoodsRow & { page_no: string }>(
    `select page.page_no, found.*
     from ${parentPagesTable}
     cross join lateral (
       select ${goodsColumns} from goods.goods
       where goods.shop_id = page.parent_id and goods.id > page.after_id
       order by goods.shop_id, goods.id
       limit page.max_items
     ) as found
     order by page.page_no, found.id`,
    parentPagesParameters(pages, 'rising ids'),
  );
  return toParentPages(pages, rows, toGoods);
}

/** The first of a shop's goods. */
export interface FirstGoods {
  readonly shopId: string;
  /** How many of the goods are read, and not only their ids. */
  readonly first: number;
}

/**
 * By shop the ids of its first goods, oldest first, one more than the largest page holds; and the goods of the pages, of
 * all shops. In one statement. Shops without goods have no list.
 */
export async function findFirstShopGoods(
  database: Database,
  shops: readonly FirstGoods[],
): Promise<{ readonly lists: Map<string, { goodsIds: string[] }>; readonly goods: readonly Goods[] }> {
  const { sql, parameters } = firstShopGoodsSql(shops);
  const rows = await database.query<Nullable<GoodsRow> & ListedRow>(sql, parameters);
  const lists = new Map<string, { goodsIds: string[] }>();
  for (const { list_id, listed_id } of rows) {
    const list = lists.get(list_id);
    if (list) list.goodsIds.push(listed_id);
    else lists.set(list_id, { goodsIds: [listed_id] });
  }
  return { lists, goods: rows.filter(isRead).map(toGoods) };
}

/** The statement of `findFirstShopGoods`: one descent into the index for each shop. */
export function firstShopGoodsSql(shops: readonly FirstGoods[]): { sql: string; parameters: string[] } {
  const columnsOfPage = goodsColumns
    .split(', ')
    .map((column) => `case when listed.place <= asked.first then listed.${column} end as ${column}`);
  return {
    sql: `
      select asked.shop_id as list_id, listed.id as listed_id, ${columnsOfPage.join(', ')}
      from unnest(?::bigint[], ?::integer[]) as asked (shop_id, first)
      cross join lateral (
        select ${goodsColumns}, row_number() over (order by goods.shop_id, goods.id) as place from goods.goods
        where goods.shop_id = asked.shop_id
        order by goods.shop_id, goods.id
        limit ${maxPageItems + 1}
      ) as listed
      order by asked.shop_id, listed.place`,
    parameters: [
      bigintArray(shops.map(({ shopId }) => shopId)),
      bigintArray(shops.map(({ first }) => first)),
    ],
  };
}

interface ListedRow {
  readonly list_id: string;
  readonly listed_id: string;
}

type Nullable<Row> = { readonly [Column in keyof Row]: Row[Column] | null };

function isRead<Row extends ListedRow>(row: Nullable<GoodsRow> & Row): row is GoodsRow & Row {
  return row.id !== null;
}

export async function insertGoods(em: EntityManager, goods: Goods): Promise<void> {
  await em.insert(GoodsEntity, goodsColumnsOf(goods));
}

/** The changed goods, or undefined where no goods have this id in this version. */
export async function changeGoods(
  em: EntityManager,
  id: string,
  version: number,
  change: GoodsChange,
): Promise<Goods | undefined> {
  const rows = await em.execute<GoodsRow[]>(
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
