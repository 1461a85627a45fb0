import { isId } from '@tiffin/lib/errors/invalid-argument';
import { decodeCursor, encodeCursor } from '@tiffin/lib/paging/cursor';
import type { HistoryEntry } from '../domain/history-entry.ts';

/** Behind every time that there is, and small enough for a Date. */
const maxMs = 8.64e15;

export const encodeHistoryCursor = ({ atMs, kind, targetId }: HistoryEntry): string =>
  encodeCursor(String(atMs), String(kind), targetId);

/** Undefined for text that `encodeHistoryCursor` did not write. */
export function decodeHistoryCursor(cursor: string): HistoryEntry | undefined {
  const [at = '', kind, targetId = ''] = decodeCursor(cursor, 3) ?? [];
  if (!/^\d{1,16}$/.test(at) || Number(at) > maxMs || !isId(targetId)) return undefined;
  if (kind !== '1' && kind !== '2') return undefined;
  return { atMs: Number(at), kind: kind === '1' ? 1 : 2, targetId };
}
