/** One page of a longer list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasNextPage: boolean;
}

/** A page of at most `first` items, from a query that asked for one more. */
export function toPage<Item>(found: readonly Item[], first: number): Page<Item> {
  return { items: found.slice(0, first), hasNextPage: found.length > first };
}
