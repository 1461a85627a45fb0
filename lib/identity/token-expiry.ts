import { decodeJwt } from 'jose';

/**
 * When the token of an Authorization header expires, which has been verified, in epoch milliseconds; infinite where it
 * does not say so. It proves nothing.
 */
export function tokenExpiryMs(header = ''): number {
  try {
    return (decodeJwt(header.replace(/^\S+ /, '')).exp ?? Number.POSITIVE_INFINITY) * 1_000;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
