/** An opaque cursor made of the sort key of an item. */
export function encodeCursor(...sortKey: readonly string[]): string {
  return Buffer.from(JSON.stringify(sortKey)).toString('base64url');
}

/** The sort key, or undefined for text that `encodeCursor` did not write with so many parts. */
export function decodeCursor(cursor: string, partCount: number): readonly string[] | undefined {
  if (cursor.length > maxCursorChars) return undefined;
  try {
    const sortKey: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(sortKey) || sortKey.length !== partCount) return undefined;
    return sortKey.every((part) => typeof part === 'string') ? sortKey : undefined;
  } catch {
    return undefined;
  }
}

/** A name of 80 characters, each 4 bytes, and an id fit easily. */
const maxCursorChars = 1_000;
