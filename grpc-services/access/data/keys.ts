// Every Redis key of this service. Each has a time to live, and none holds personal data.

/** Whether a user meets the rules of a flash sale, as they are in a version; with one address, where that matters. */
export function verdictKey(flashSaleId: string, version: number, userId: string, addressId = ''): string {
  return `axs:v:${flashSaleId}:${version}:${userId}:${addressId}`;
}
