import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@tiffin/lib/engines/database';
import { bigintArray } from './bigint-array.ts';
import type { Review } from './review-entity.ts';

/** Whose reviews are listed. */
export type ReviewParent = 'shop' | 'author';

/** One page of the reviews of one parent. */
export interface ReviewPageQuery {
  readonly parentId: string;
  /** The page holds older reviews than this one; absent, it begins with the newest. */
  readonly beforeId: string | undefined;
  readonly maxItems: number;
}

const columns =
  'id, shop_id, author_id, stars, text, (extract(epoch from created_at) * 1000)::float8 as created_at_ms';
const parentColumns = { shop: 'shop_id', author: 'author_id' } as const;
const maxId = String(2n ** 63n - 1n);

/** Reviews of several parents, newest first, in one statement. The answer has one list for each page. */
export async function findReviewPages(
  database: Database,
  parent: ReviewParent,
  pages: readonly ReviewPageQuery[],
): Promise<Review[][]> {
  const { sql, parameters } = reviewPagesSql(parent, pages);
  const rows = await database.query<ReviewRow & { page_no: string }>(sql, parameters);
  const lists: Review[][] = pages.map(() => []);
  for (const row of rows) lists[Number(row.page_no) - 1]?.push(toReview(row));
  return lists;
}

/** The statement of `findReviewPages`: one descent into the parent's index for each page, and no more rows than asked. */
export function reviewPagesSql(
  parent: ReviewParent,
  pages: readonly ReviewPageQuery[],
): { sql: string; parameters: string[] } {
  const parentColumn = parentColumns[parent];
  return {
    sql: `
      select page.page_no, found.*
      from unnest(?::bigint[], ?::bigint[], ?::integer[]) with ordinality
        as page (parent_id, before_id, max_items, page_no)
      cross join lateral (
        select ${columns} from shop.review
        where review.${parentColumn} = page.parent_id and review.id < page.before_id
        order by review.${parentColumn} desc, review.id desc
        limit page.max_items
      ) as found
      order by page.page_no, found.id desc`,
    parameters: [
      bigintArray(pages.map((page) => page.parentId)),
      bigintArray(pages.map((page) => page.beforeId ?? maxId)),
      bigintArray(pages.map((page) => page.maxItems)),
    ],
  };
}

/** Whether the review was inserted: false where there is no such shop, or the author has reviewed it already. */
export async function insertReview(em: EntityManager, review: Review): Promise<boolean> {
  const { id, authorId, stars, text, createdAt, shopId } = review;
  const rows = await em.execute<unknown[]>(
    `insert into shop.review (id, shop_id, author_id, stars, text, created_at)
     select ?::bigint, shop.id, ?::bigint, ?::integer, ?, ?::timestamptz from shop.shop where shop.id = ?
     on conflict on constraint review_once do nothing
     returning id`,
    [id, authorId, stars, text, createdAt.toISOString(), shopId],
  );
  return rows.length > 0;
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
