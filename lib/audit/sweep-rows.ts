import type { Finding } from './finding.ts';

/** Rows that one statement looks at where each takes a few look-ups in indexes: a few milliseconds. */
export const ROWS_OF_PAGE = 500;

/**
 * The findings about all rows, page by page. `readPage` reads those behind `after`, in an order of its own: by a key that
 * an index has, so that the last page takes no longer than the first. A row that comes behind the position while the
 * sweep goes on is on its way, and one that comes before it is left to the next sweep.
 *
 * A page with fewer rows than `rowsOfPage` is the last. Whatever comes meanwhile is not waited for: a table that grows all
 * the time would keep a sweep at its end for ever.
 */
export async function* sweepRows<Row>(
  readPage: (after: Row | undefined) => Promise<readonly Row[]>,
  findingsOf: (row: Row) => readonly Finding[],
  rowsOfPage = ROWS_OF_PAGE,
): AsyncGenerator<readonly Finding[]> {
  let after: Row | undefined;
  for (;;) {
    const rows = await readPage(after);
    yield rows.flatMap(findingsOf);
    if (rows.length < rowsOfPage) return;
    after = rows.at(-1);
  }
}
