import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@tiffin/lib/engines/database';
import type { Page } from '@tiffin/lib/paging/page';
import {
  type ParentPage,
  parentPagesParameters,
  parentPagesTable,
  toParentPages,
} from '@tiffin/lib/paging/parent-pages';
import type { Review } from './review-entity.ts';

/** Whose reviews are listed. */
export type ReviewParent = 'shop' | 'author';

const columns =
  'id, shop_id, author_id, stars, text, (extract(epoch from created_at) * 1000)::float8 as created_at_ms';
const parentColumns = { shop: 'shop_id', author: 'author_id' } as const;

/** Pages of the reviews of several parents, newest first, in one statement. */
export async function findReviewPages(
  database: Database,
  parent: ReviewParent,
  pages: readonly ParentPage[],
): Promise<Page<Review>[]> {
  const { sql, parameters } = reviewPagesSql(parent, pages);
  const rows = await database.query<ReviewRow & { page_no: string }>(sql, parameters);
  return toParentPages(pages, rows, toReview);
}

/** The statement of `findReviewPages`: one descent into the parent's index for each page, and no more rows than asked. */
export function reviewPagesSql(
  parent: ReviewParent,
  pages: readonly ParentPage[],
): { sql: string; parameters: string[] } {
  const parentColumn = parentColumns[parent];
  return {
    sql: `
      select page.page_no, found.*
      from ${parentPagesTable}
      cross join lateral (
        select ${columns} from shop.review
        where review.${parentColumn} = page.parent_id and review.id < page.after_id
        order by review.${parentColumn} desc, review.id desc
        limit page.max_items
      ) as found
      order by page.page_no, found.id desc`,
    parameters: parentPagesParameters(pages, 'falling ids'),
  };
}

/**
 * Whether the review was inserted: false where there is no such shop, where the author has received no order of it, or
 * has reviewed it already. The commit counts it in the shop's rating (`CountReviewsAtCommit`), and fails where the shop's
 * row stays locked for too long.
 */
export async function insertReview(em: EntityManager, review: Review): Promise<boolean> {
  const { id, authorId, stars, text, createdAt, shopId } = review;
  const rows = await em.execute<unknown[]>(
    `insert into shop.review (id, shop_id, author_id, stars, text, created_at, counts_at_commit)
     select ?::bigint, shop.id, ?::bigint, ?::integer, ?, ?::timestamptz, true from shop.shop where shop.id = ?
       and exists (select from shop.reviewer where reviewer.shop_id = shop.id and reviewer.user_id = ?)
     on conflict on constraint review_once do nothing
     returning id`,
    [id, authorId, stars, text, createdAt.toISOString(), shopId, authorId],
  );
  return rows.length > 0;
}

export async function hasReviewed(em: EntityManager, shopId: string, authorId: string): Promise<boolean> {
  const sql = 'select from shop.review where author_id = ? and shop_id = ?';
  return (await em.execute<object[]>(sql, [authorId, shopId])).length > 0;
}

interface ReviewRow {
  readonly id: string;
  readonly shop_id: string;
  readonly author_id: string;
  readonly stars: number;
  readonly text: string;
  readonly created_at_ms: number;
}

function toReview(row: ReviewRow): Review {
  return {
    id: row.id,
    shopId: row.shop_id,
    authorId: row.author_id,
    stars: row.stars,
    text: row.text,
    createdAt: new Date(row.created_at_ms),
  };
}
