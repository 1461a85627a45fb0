import { AppError } from '../errors/app-error.ts';

/**
 * A page of a list that its parent holds whole. `cursorOf` must differ for all its items; a cursor holds as long as its
 * item stands in the list.
 * @throws AppError INVALID_ARGUMENT for an `after` that is none of the cursors.
 */
export function listPage<Item>(
  items: readonly Item[],
  cursorOf: (item: Item) => string,
  { first, after }: { first: number; after?: string | undefined },
): { edges: { item: Item; cursor: string }[]; hasNextPage: boolean } {
  const edges = items.map((item) => ({ item, cursor: cursorOf(item) }));
  const start = after === undefined ? 0 : edges.findIndex(({ cursor }) => cursor === after) + 1;
  if (after !== undefined && start === 0) {
    throw new AppError('INVALID_ARGUMENT', {
      violations: [{ field: 'after', expected: 'must be a cursor of this list' }],
    });
  }
  return { edges: edges.slice(start, start + first), hasNextPage: start + first < edges.length };
}
