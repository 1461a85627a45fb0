/** Epoch milliseconds as a parameter. */
export function timestamp(atMs: number): string {
  return new Date(atMs).toISOString();
}
