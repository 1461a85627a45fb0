import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import { type Shop, ShopEntity } from './shop-entity.ts';

/** A place in the list of shops: the sort key of the shop before it. */
export type ShopPosition = Pick<Shop, 'ratingHundredths' | 'id'>;

/** Which shops, and from where on. */
export interface ShopQuery {
  readonly categoryId: string | undefined;
  readonly area: string | undefined;
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
export function shopsByRatingSql(query: ShopQuery): { sql: string; parameters: (string | number)[] } {
  const { categoryId, area, after, maxItems } = query;
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
  if (after) {
    conditions.push('(-rating_hundredths, id) > (?, ?)');
    parameters.push(-after.ratingHundredths, after.id);
  }
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
  return {
    sql: `select ${columns} from shop.shop ${where} order by -rating_hundredths, id limit ?`,
    parameters: [...parameters, maxItems],
  };
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
