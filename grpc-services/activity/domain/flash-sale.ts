import { AppError } from '@tiffin/lib/errors/app-error';
import type { FlashSale } from '../data/flash-sale.ts';

export type { FlashSale } from '../data/flash-sale.ts';
export type { FlashSalePosition } from '../data/flash-sale-store.ts';

export const maxFlashSaleMs = 31 * 86_400_000;
export const maxStockUnits = 1_000_000;

export type FlashSaleStatus = 'UPCOMING' | 'RUNNING' | 'SOLD_OUT' | 'ENDED';

/** What administrators write about a flash sale. */
export type FlashSaleFields = Pick<FlashSale, 'name' | 'goodsId' | 'price' | 'startsAt' | 'endsAt' | 'rules'>;

/** From then on nobody joins: its end as planned, or as an administrator made it. */
export function endOf({ endsAt, endedAt }: Pick<FlashSale, 'endsAt' | 'endedAt'>): Date {
  return endedAt && endedAt < endsAt ? endedAt : endsAt;
}

export function statusAt(sale: FlashSale, nowMs: number): FlashSaleStatus {
  if (endOf(sale).getTime() <= nowMs) return 'ENDED';
  if (sale.startsAt.getTime() > nowMs) return 'UPCOMING';
  return sale.left > 0 ? 'RUNNING' : 'SOLD_OUT';
}

/** All its units, wherever they are. */
export function stockOf({ left, reserved, sold }: Pick<FlashSale, 'left' | 'reserved' | 'sold'>): number {
  return left + reserved + sold;
}

/** A flash sale to which no units have come yet. */
export function newFlashSale(id: string, shopId: string, fields: FlashSaleFields): FlashSale {
  return { ...fields, id, shopId, endedAt: undefined, version: 1, left: 0, reserved: 0, sold: 0 };
}

/**
 * The flash sale after a change that rests on `version`.
 * @throws AppError FLASH_SALE_STARTED; VERSION_CONFLICT where it has another version by now.
 */
export function changedFlashSale(
  sale: FlashSale,
  version: number,
  fields: FlashSaleFields & Pick<FlashSale, 'shopId'>,
  nowMs: number,
): FlashSale {
  requireNotStarted(sale, nowMs);
  if (sale.version !== version) throw new AppError('VERSION_CONFLICT', { currentVersion: sale.version });
  return { ...sale, ...fields, version: sale.version + 1 };
}

/** The flash sale over from now on; the very same one where it was over. */
export function endedFlashSale(sale: FlashSale, nowMs: number): FlashSale {
  if (endOf(sale).getTime() <= nowMs) return sale;
  return { ...sale, endedAt: new Date(nowMs), version: sale.version + 1 };
}

/** @throws AppError FLASH_SALE_STARTED. */
export function requireNotStarted(sale: FlashSale, nowMs: number): void {
  if (sale.startsAt.getTime() <= nowMs) throw new AppError('FLASH_SALE_STARTED', { flashSaleId: sale.id });
}
