let keyCount = 0;

/** An idempotency key that no other attempt of this process has. */
export function newKey(): string {
  return `attempt-${++keyCount}`;
}

/** Spread into a request: another key each time. */
export const freshKey = {
  get idempotencyKey() {
    return newKey();
  },
};
