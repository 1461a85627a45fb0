import { isId } from '@tiffin/lib/errors/invalid-argument';

/** The opaque cursor of an address: addresses are listed by their ids, oldest first. */
export function encodeAddressCursor(addressId: string): string {
  return Buffer.from(addressId).toString('base64url');
}

/** The address's id, or undefined for text that `encodeAddressCursor` did not write. */
export function decodeAddressCursor(cursor: string): string | undefined {
  if (cursor.length > maxCursorChars) return undefined;
  const addressId = Buffer.from(cursor, 'base64url').toString();
  return isId(addressId) ? addressId : undefined;
}

/** An id has 19 digits at most. */
const maxCursorChars = 32;
