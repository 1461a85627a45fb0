// Every Redis key of this service. Each has a time to live, and none holds personal data. The triggers of the migration
// `MarkStaleKeys` write the same ones.

/** A shop by id. */
export function shopKey(id: string): string {
  return `shp:s:${id}`;
}

/** The newest reviews of a shop. */
export function shopReviewsKey(shopId: string): string {
  return `shp:r:${shopId}`;
}

/** The ids of the first shops of a list, which `shopListId` names. */
export function shopListKey(listId: string): string {
  return `shp:l:${listId}`;
}

/** What a list of shops is filtered by; an absent filter lets all through. */
export interface ShopFilter {
  readonly categoryId: string | undefined;
  readonly area: string | undefined;
}

/**
 * The name of a filter's list. An area is what its owner typed, at most 60 characters: it stands there as the hexadecimal
 * digits of its UTF-8, 480 at most.
 */
export function shopListId({ categoryId = '', area = '' }: ShopFilter): string {
  return `${categoryId}:${Buffer.from(area).toString('hex')}`;
}

/** The filter of a list that `shopListId` named. */
export function shopFilterOf(listId: string): ShopFilter {
  const [categoryId, area = ''] = listId.split(':');
  return {
    categoryId: categoryId || undefined,
    area: area ? Buffer.from(area, 'hex').toString() : undefined,
  };
}
