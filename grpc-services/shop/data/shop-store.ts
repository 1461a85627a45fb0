import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import { maxPageItems } from '@tiffin/lib/paging/check-page';
import type { ShopFilter } from './keys.ts';
import { type Shop, ShopEntity } from './shop-entity.ts';

/** A place in the list of shops: the sort key of the shop before it. */
export type ShopPosition = Pick<Shop, 'ratingHundredths' | 'id'>;

/** Which shops, and from where on. */
export interface ShopQuery extends ShopFilter {
  readonly after: ShopPosition | undefined;
  readonly maxItems: number;
}

const columns =
  'id, owner_id, name, description, category_id, area, status, rating_hundredths, review_count, order_count, version';

/** The shops that exist among the ids, in no order. */
export async function findShops(database: Database, ids: readonly string[]): Promise<Shop[]> {
  const sql = `select ${columns} from shop.shop where id = any(?::bigint[])`;
  return (await database.query<ShopRow>(sql, [bigintArray(ids)])).map(toShop);
}

/** Shops by rating, best first, then by id. */
export async function findShopsByRating(database: Database, query: ShopQuery): Promise<Shop[]> {
  const { sql, parameters } = shopsByRatingSql(query);
  return (await database.query<ShopRow>(sql, parameters)).map(toShop);
}

/** The statement of `findShopsByRating`. Each combination of filters reads its own index, in order. */
export function shopsByRatingSql(query: ShopQuery): Statement {
  const { after, maxItems } = query;
  const { conditions, parameters } = conditionsOf(query);
  if (after) {
    conditions.push('(-rating_hundredths, id) > (?, ?)');
    parameters.push(-after.ratingHundredths, after.id);
  }
  return {
    sql: `select ${columns} from shop.shop ${whereAll(conditions)} order by ${byRating} limit ?`,
    parameters: [...parameters, maxItems],
  };
}

/**
 * The ids of the first shops of a filter by rating, one more than the largest page holds, and the first `first` of the
 * shops. In one statement.
 */
export async function findFirstShops(
  database: Database,
  filter: ShopFilter,
  first: number,
): Promise<{ readonly shopIds: string[]; readonly shops: readonly Shop[] }> {
  const { sql, parameters } = firstShopsSql(filter, first);
  const rows = await database.query<ShopRow & { listed_id: string }>(sql, parameters);
  return { shopIds: rows.map(({ listed_id }) => listed_id), shops: rows.slice(0, first).map(toShop) };
}

/** The statement of `findFirstShops`. As `shopsByRatingSql`, it reads an index in order. */
export function firstShopsSql(filter: ShopFilter, first: number): Statement {
  const { conditions, parameters } = conditionsOf(filter);
  const columnsOfPage = columns
    .split(', ')
    .map((column) => `case when listed.place <= asked.first then listed.${column} end as ${column}`);
  return {
    sql: `
      select listed.id as listed_id, ${columnsOfPage.join(', ')}
      from (values (?::integer)) as asked (first)
      cross join (
        select ${columns}, row_number() over (order by ${byRating}) as place from shop.shop
        ${whereAll(conditions)} order by ${byRating} limit ${maxPageItems + 1}
      ) as listed
      order by listed.place`,
    parameters: [first, ...parameters],
  };
}

interface Statement {
  readonly sql: string;
  readonly parameters: (string | number)[];
}

const byRating = '-rating_hundredths, id';

function conditionsOf({ categoryId, area }: ShopFilter) {
  const conditions: string[] = [];
  const parameters: (string | number)[] = [];
  if (categoryId !== undefined) {
    conditions.push('category_id = ?');
    parameters.push(categoryId);
  }
  if (area !== undefined) {
    conditions.push('area = ?');
    parameters.push(area);
  }
  return { conditions, parameters };
}

function whereAll(conditions: readonly string[]): string {
  return conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
}

export async function isShop(em: EntityManager, id: string): Promise<boolean> {
  return (await em.execute<unknown[]>('select 1 from shop.shop where id = ?', [id])).length > 0;
}

/** The shop, which nobody else can change until the transaction ends. */
export async function lockShop(em: EntityManager, id: string): Promise<Shop | undefined> {
  const rows = await em.execute<ShopRow[]>(
    `select ${columns} from shop.shop where id = ? for no key update`,
    [id],
  );
  return rows.map(toShop)[0];
}

export async function insertShop(em: EntityManager, shop: Shop): Promise<void> {
  const { ratingHundredths: _derived, ...row } = shop;
  await em.insert(ShopEntity, row);
}

/**
 * Writes what an owner can change, unless the shop is no longer in `expectedVersion`: then undefined. The answer has
 * the rating as it is now, which reviews move without a new version.
 */
export async function saveShop(
  em: EntityManager,
  shop: Shop,
  expectedVersion: number,
): Promise<Shop | undefined> {
  const rows = await em.execute<ShopRow[]>(
    `update shop.shop
     set name = ?, description = ?, category_id = ?, area = ?, status = ?, version = ?
     where id = ? and version = ?
     returning ${columns}`,
    [
      shop.name,
      shop.description,
      shop.categoryId,
      shop.area,
      shop.status,
      shop.version,
      shop.id,
      expectedVersion,
    ],
  );
  return rows.map(toShop)[0];
}

/** Counts one more order, where there is such a shop. Relative, so that orders at the same time add up. */
export async function addToOrderCount(em: EntityManager, shopId: string): Promise<void> {
  await em.execute('update shop.shop set order_count = order_count + 1 where id = ?', [shopId]);
}

interface ShopRow {
  readonly id: string;
  readonly owner_id: string;
  readonly name: string;
  readonly description: string;
  readonly category_id: string;
  readonly area: string;
  readonly status: Shop['status'];
  readonly rating_hundredths: number;
  readonly review_count: number;
  readonly order_count: number;
  readonly version: number;
}

function toShop(row: ShopRow): Shop {
  return {
    id: row.id,
    ownerId: row.owner_id,
    name: row.name,
    description: row.description,
    categoryId: row.category_id,
    area: row.area,
    status: row.status,
    ratingHundredths: row.rating_hundredths,
    reviewCount: row.review_count,
    orderCount: row.order_count,
    version: row.version,
  };
}
