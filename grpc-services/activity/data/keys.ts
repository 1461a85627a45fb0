// Every Redis key of this service. Each has a time to live, and none holds personal data. The keys of one flash sale
// share a hash tag: its scripts touch several of them.

/** How many units of a flash sale may still be promised. Without it the rest counts as lost. */
export function leftKey(flashSaleId: string): string {
  return `act:fs:{${flashSaleId}}:left`;
}

/** A hash: the ticket of each user who has joined. */
export function joinedKey(flashSaleId: string): string {
  return `act:fs:{${flashSaleId}}:joined`;
}

/** A sorted set: promises that may have no row yet, each `user:ticket`, by the time when they were made. */
export function promisedKey(flashSaleId: string): string {
  return `act:fs:{${flashSaleId}}:promised`;
}

/** A set: tickets whose units came back. */
export function returnedKey(flashSaleId: string): string {
  return `act:fs:{${flashSaleId}}:returned`;
}

/** Held by the one who rebuilds what was lost. */
export function loadLockKey(flashSaleId: string): string {
  return `act:fs:{${flashSaleId}}:lock`;
}

/** A sorted set: the processes that answer joins, by their last sign of life. */
export const liveInstancesKey = 'act:fs:live';
