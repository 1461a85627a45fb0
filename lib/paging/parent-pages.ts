import { bigintArray } from '../engines/bigint-array.ts';
import { isId, validate } from '../errors/invalid-argument.ts';
import { checkBatch } from './check-batch.ts';
import { checkPage, type PageRequest } from './check-page.ts';
import { decodeIdCursor } from './cursor.ts';
import { type Page, toPage } from './page.ts';

// Several pages of one kind of list at once, each of another parent and in the order of the items' ids: what a door is
// asked for, the one statement that finds them all, and the answer.

/** Which page of one parent's items. */
export interface ParentPage {
  readonly parentId: string;
  readonly first: number;
  /** The page starts behind the item with this id. */
  readonly afterId: string | undefined;
}

/**
 * The pages that a client asks for.
 * @throws AppError INVALID_ARGUMENT for more than 100 pages, page sizes outside 1 to 100 and broken cursors.
 */
export function readParentPages(
  pages: readonly (PageRequest & { readonly parentId: string })[],
): ParentPage[] {
  const read = pages.map(({ parentId, first, after }) => ({
    request: { first, after },
    page: { parentId, first, afterId: after === undefined ? undefined : decodeIdCursor(after) },
  }));
  validate((v) => {
    checkBatch(v, 'pages', pages);
    for (const { request, page } of read) checkPage(v, request, page.afterId);
  });
  return read.map(({ page }) => page);
}

/**
 * The pages as a table of the statement, with `page.parent_id`, `page.after_id`, `page.max_items` and `page.page_no`:
 *
 *     select page.page_no, found.* from ${parentPagesTable}
 *     cross join lateral (
 *       select … where item.parent_id = page.parent_id and item.id > page.after_id
 *       order by item.parent_id, item.id limit page.max_items
 *     ) as found
 *     order by page.page_no, found.id
 */
export const parentPagesTable =
  'unnest(?::bigint[], ?::bigint[], ?::integer[]) with ordinality as page (parent_id, after_id, max_items, page_no)';

const beforeAllIds = '0';
const behindAllIds = String(2n ** 63n - 1n);

/** The parameters of `parentPagesTable`. */
export function parentPagesParameters(
  pages: readonly ParentPage[],
  order: 'rising ids' | 'falling ids',
): string[] {
  const start = order === 'rising ids' ? beforeAllIds : behindAllIds;
  return [
    // Nothing has the id 0: a malformed id has an empty page and spoils no other.
    bigintArray(pages.map(({ parentId }) => (isId(parentId) ? parentId : '0'))),
    bigintArray(pages.map(({ afterId }) => afterId ?? start)),
    // One more than the page holds tells whether another page follows.
    bigintArray(pages.map(({ first }) => first + 1)),
  ];
}

/** One page for each page that was asked for, in their order; empty for a parent without items. */
export function toParentPages<Row extends { readonly page_no: string }, Item>(
  pages: readonly ParentPage[],
  rows: readonly Row[],
  toItem: (row: Row) => Item,
): Page<Item>[] {
  const lists: Item[][] = pages.map(() => []);
  for (const row of rows) lists[Number(row.page_no) - 1]?.push(toItem(row));
  return pages.map(({ first }, index) => toPage(lists[index] ?? [], first));
}
