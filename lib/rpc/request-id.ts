/** Header and gRPC metadata key of the id that all log lines of one request share. */
export const requestIdHeader = 'x-request-id';

/** The caller's id where it is a plain one, so that logs of both sides meet; else a new one. */
export function requestIdFrom(given: unknown, newId: () => string): string {
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : newId();
}
