/** What lies under a key. `readAtMs`: the database was read after that, in epoch milliseconds. */
export type CacheEntry =
  | { readonly kind: 'value'; readonly readAtMs: number; readonly version: number; readonly bytes: Buffer }
  | { readonly kind: 'absent'; readonly readAtMs: number }
  /** Somebody is loading it. */
  | { readonly kind: 'lease' };

const valueMark = 'v'.charCodeAt(0);
const absentMark = '*'.charCodeAt(0);
const leaseMark = '~'.charCodeAt(0);
/** Mark and time; a value's version follows. */
const headBytes = 7;

export function encodeValue(bytes: Uint8Array, version: number, readAtMs: number): Buffer {
  const entry = Buffer.allocUnsafe(headBytes + 1 + bytes.length);
  writeHead(entry, valueMark, readAtMs);
  entry[headBytes] = version;
  entry.set(bytes, headBytes + 1);
  return entry;
}

export function encodeAbsent(readAtMs: number): Buffer {
  const entry = Buffer.allocUnsafe(headBytes);
  writeHead(entry, absentMark, readAtMs);
  return entry;
}

/** `token` tells one lease from all others. */
export function encodeLease(token: string): Buffer {
  return Buffer.from(`${String.fromCharCode(leaseMark)}${token}`);
}

/** Undefined where the bytes are nothing of ours. */
export function decodeEntry(entry: Buffer): CacheEntry | undefined {
  const mark = entry[0];
  if (mark === leaseMark) return { kind: 'lease' };
  if (mark === absentMark && entry.length === headBytes) return { kind: 'absent', readAtMs: readTime(entry) };
  const version = entry[headBytes];
  if (mark !== valueMark || version === undefined) return undefined;
  return { kind: 'value', readAtMs: readTime(entry), version, bytes: entry.subarray(headBytes + 1) };
}

function writeHead(entry: Buffer, mark: number, readAtMs: number): void {
  entry[0] = mark;
  entry.writeUIntBE(readAtMs, 1, 6);
}

const readTime = (entry: Buffer) => entry.readUIntBE(1, 6);
