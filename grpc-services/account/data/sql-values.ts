/** Ids as one parameter: `?::bigint[]`. The ORM would spread a JavaScript array into a list. */
export function bigintArray(ids: readonly string[]): string {
  return `{${ids.join(',')}}`;
}

/** Epoch milliseconds as a parameter. */
export function timestamp(atMs: number): string {
  return new Date(atMs).toISOString();
}
