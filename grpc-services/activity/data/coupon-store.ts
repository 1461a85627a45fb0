import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import type { Page } from '@tiffin/lib/paging/page';
import {
  type ParentPage,
  parentPagesParameters,
  parentPagesTable,
  toParentPages,
} from '@tiffin/lib/paging/parent-pages';
import type { Coupon } from './coupon-entity.ts';
import { type CouponRow, couponColumns, toCoupon } from './coupon-row.ts';
import { timestamp } from './timestamp.ts';

/** The coupons that exist among the ids, in no order. */
export async function findCoupons(database: Database, ids: readonly string[]): Promise<Coupon[]> {
  const sql = `select ${couponColumns} from activity.coupon where id = any(?::bigint[])`;
  return (await database.query<CouponRow>(sql, [bigintArray(ids)])).map(toCoupon);
}

/** Pages of the coupons of several users, newest first, in one statement. */
export async function findUserCoupons(
  database: Database,
  pages: readonly ParentPage[],
): Promise<Page<Coupon>[]> {
  const { sql, parameters } = userCouponsSql(pages);
  const rows = await database.query<CouponRow & { page_no: string }>(sql, parameters);
  return toParentPages(pages, rows, toCoupon);
}

/** The statement of `findUserCoupons`: one descent into the user's index for each page, and no more rows than asked. */
export function userCouponsSql(pages: readonly ParentPage[]): { sql: string; parameters: string[] } {
  return {
    sql: `
      select page.page_no, found.*
      from ${parentPagesTable}
      cross join lateral (
        select ${couponColumns} from activity.coupon
        where coupon.user_id = page.parent_id and coupon.id < page.after_id
        order by coupon.user_id, coupon.id desc
        limit page.max_items
      ) as found
      order by page.page_no, found.id desc`,
    parameters: parentPagesParameters(pages, 'falling ids'),
  };
}

/** The coupon as the transaction `em` sees it, where it is this user's. */
export async function findOwnCoupon(
  em: EntityManager,
  userId: string,
  id: string,
): Promise<Coupon | undefined> {
  const sql = `select ${couponColumns} from activity.coupon where id = ? and user_id = ?`;
  return (await em.execute<CouponRow[]>(sql, [id, userId])).map(toCoupon)[0];
}

/** Locks a coupon of a user for an order; false unless the user has such a coupon and it is available until later. */
export async function lockAvailableCoupon(
  em: EntityManager,
  lock: { readonly orderId: string; readonly userId: string; readonly couponId: string },
  nowMs: number,
): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `update activity.coupon set status = 'LOCKED', locked_by = ?
     where id = ? and user_id = ? and status = 'AVAILABLE' and expires_at > ?::timestamptz
     returning id`,
    [lock.orderId, lock.couponId, lock.userId, timestamp(nowMs)],
  );
  return rows.length > 0;
}

/** The coupon that the order holds is used, whatever the time. False where it holds none. */
export async function useLockedCoupon(em: EntityManager, orderId: string): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `update activity.coupon set status = 'USED' where locked_by = ? and status = 'LOCKED' returning id`,
    [orderId],
  );
  return rows.length > 0;
}

/** The coupon that the order holds is available again. False where it holds none. */
export async function freeLockedCoupon(em: EntityManager, orderId: string): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `update activity.coupon set status = 'AVAILABLE', locked_by = null
     where locked_by = ? and status = 'LOCKED' returning id`,
    [orderId],
  );
  return rows.length > 0;
}
