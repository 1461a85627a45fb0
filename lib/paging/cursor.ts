import { isId } from '../errors/invalid-argument.ts';

/** Far more than a sort key needs: a name of 80 characters, each 4 bytes, and an id fit easily. */
const maxCursorChars = 1_000;

/** An opaque cursor made of the sort key of an item: clients hand it back and read nothing in it. */
export function encodeCursor(...sortKey: readonly string[]): string {
  return Buffer.from(JSON.stringify(sortKey)).toString('base64url');
}

/**
 * The sort key, or undefined for text that `encodeCursor` did not write with so many parts. Its parts are text that
 * PostgreSQL takes; whether they make sense is the caller's to check, because anybody can make up a cursor.
 */
export function decodeCursor(cursor: string, partCount: number): readonly string[] | undefined {
  if (cursor.length > maxCursorChars) return undefined;
  const sortKey = parse(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(sortKey) || sortKey.length !== partCount || !sortKey.every(isSqlText)) return undefined;
  // Base64 and JSON both have several spellings of one value; we write one.
  return encodeCursor(...sortKey) === cursor ? sortKey : undefined;
}

/** The cursor of a list in the order of its ids. */
export function encodeIdCursor(id: string): string {
  return encodeCursor(id);
}

/** The id, or undefined for text that `encodeIdCursor` did not write. */
export function decodeIdCursor(cursor: string): string | undefined {
  const [id] = decodeCursor(cursor, 1) ?? [];
  return id !== undefined && isId(id) ? id : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isSqlText(part: unknown): part is string {
  return typeof part === 'string' && part.isWellFormed() && !part.includes('\0');
}
