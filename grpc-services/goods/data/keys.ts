// Every Redis key of this service. Each has a time to live, and none holds personal data. The triggers of the migration
// `MarkStaleKeys` write the same ones.

/** Goods by id. */
export function goodsKey(id: string): string {
  return `gds:g:${id}`;
}

/** A category by id. */
export function categoryKey(id: string): string {
  return `gds:c:${id}`;
}

/** The ids of a shop's first goods. */
export function shopGoodsKey(shopId: string): string {
  return `gds:s:${shopId}`;
}

/** The first categories of a list; there is only `all`. */
export function categoryListKey(list: string): string {
  return `gds:l:${list}`;
}
