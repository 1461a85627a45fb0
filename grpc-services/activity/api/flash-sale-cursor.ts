import { isId } from '@tiffin/lib/errors/invalid-argument';
import { decodeCursor, encodeCursor } from '@tiffin/lib/paging/cursor';
import { maxTimeMs } from '../domain/campaign.ts';
import type { FlashSale, FlashSalePosition } from '../domain/flash-sale.ts';

/** The place of a flash sale in the order of their starts. */
export function encodeFlashSaleCursor({ id, startsAt }: Pick<FlashSale, 'id' | 'startsAt'>): string {
  return encodeCursor(String(startsAt.getTime()), id);
}

/** The place, or undefined for text that `encodeFlashSaleCursor` did not write. */
export function decodeFlashSaleCursor(cursor: string): FlashSalePosition | undefined {
  const [startsAt = '', id = ''] = decodeCursor(cursor, 2) ?? [];
  const isTime = /^(0|[1-9]\d{0,14})$/.test(startsAt) && Number(startsAt) <= maxTimeMs;
  return isTime && isId(id) ? { startsAtMs: Number(startsAt), id } : undefined;
}
