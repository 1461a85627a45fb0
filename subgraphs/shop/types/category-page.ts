import { AppError } from '@tiffin/lib/errors/app-error';

/**
 * A page of the categories that goods name themselves: the id is the cursor.
 * @throws AppError INVALID_ARGUMENT for a cursor that is not one of the ids.
 */
export function categoryPage(
  categoryIds: readonly string[],
  { first, after }: { first: number; after?: string | undefined },
): { ids: readonly string[]; hasNextPage: boolean } {
  const start = after === undefined ? 0 : categoryIds.indexOf(after) + 1;
  if (after !== undefined && start === 0) {
    throw new AppError('INVALID_ARGUMENT', {
      violations: [{ field: 'after', expected: 'must be a cursor of this list' }],
    });
  }
  return { ids: categoryIds.slice(start, start + first), hasNextPage: start + first < categoryIds.length };
}
